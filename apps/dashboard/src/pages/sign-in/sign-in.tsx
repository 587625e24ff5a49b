import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { useNavigate, useSearchParams } from 'react-router';
import { api } from '../../api/api.ts';
import { ApiProblem } from '../../api/http.ts';
import { Mark } from '../../shell/brand.tsx';
import { ThemeSwitch } from '../../shell/theme-switch.tsx';
import { Button } from '../../ui/button.tsx';
import { TextField } from '../../ui/fields.tsx';
import { Note, ProblemNote } from '../../ui/states.tsx';
import { useSubmit } from '../../ui/use-submit.ts';
import styles from './sign-in.module.css';

const CAME_BACK: Readonly<Record<string, string>> = {
  no_role: 'Your account at the identity provider has no role here. Ask whoever runs this Keybrake.',
  session_ended: 'Your session has ended: its time was over, or its token was revoked. Sign in again.',
  identity_provider: 'The identity provider did not sign you in. Try again.',
};

/** Only a path of this dashboard: anything else in the address is somebody else's wish. */
function nextPath(wanted: string | null): string {
  return wanted !== null && /^\/(?![/\\])/.test(wanted) ? wanted : '/';
}

export default function SignInPage() {
  const [parameters] = useSearchParams();
  const navigate = useNavigate();
  const queryClient = useQueryClient();
  const methods = useQuery({ queryKey: ['sign-in-methods'], queryFn: api.signInMethods });
  const [token, setToken] = useState('');
  const cameBack = parameters.get('problem');

  useEffect(() => {
    document.title = 'Sign in · Keybrake';
  }, []);

  const { busy, problem, submit } = useSubmit(async () => {
    const session = await api.signIn(token.trim());
    // The token stays with whoever typed it; from here on the cookie counts.
    setToken('');
    queryClient.clear();
    queryClient.setQueryData(['session'], session);
    await navigate(nextPath(parameters.get('next')), { replace: true });
  });
  const wrong = problem instanceof ApiProblem && problem.status === 401;
  const oidc = methods.data?.oidc;
  return (
    <main className={styles.page}>
      <div className={styles.card}>
        <div className={styles.brand}>
          <Mark size={34} />
          <div>
            <h1>Sign in to Keybrake</h1>
            <p className={styles.lead}>See and stop what your agents spend.</p>
          </div>
        </div>
        {cameBack === null ? null : (
          <Note warning>{CAME_BACK[cameBack] ?? 'The identity provider did not sign you in. Try again.'}</Note>
        )}
        {oidc === null || oidc === undefined ? null : (
          <>
            <a className={styles.oidc} href="/v1/sessions/oidc">
              Continue with {oidc.name}
            </a>
            <p className={styles.or}>or with a token</p>
          </>
        )}
        <form className={styles.form} onSubmit={submit}>
          <TextField
            label="API token"
            type="password"
            name="token"
            autoComplete="current-password"
            required
            code
            value={token}
            onChange={setToken}
            error={wrong ? 'This is no live token of this Keybrake.' : undefined}
            hint={
              <>
                After <code>npm start</code> it is <code>adminToken</code> in <code>.keybrake/demo.json</code>. It is
                not kept in this browser.
              </>
            }
          />
          {problem === undefined || wrong ? null : <ProblemNote problem={problem} />}
          <Button look="primary" type="submit" busy={busy}>
            {busy ? 'Signing in…' : 'Sign in'}
          </Button>
        </form>
      </div>
      <ThemeSwitch />
    </main>
  );
}

import { useQueryClient } from '@tanstack/react-query';
import { useNavigate } from 'react-router';
import { api } from '../../api/api.ts';
import { useBlocked, useInstallation, useSession } from '../../data/session.tsx';
import { AgentText } from '../../ui/agent-text.tsx';
import { Button } from '../../ui/button.tsx';
import { Card, Facts, Page } from '../../ui/layout.tsx';
import { Note } from '../../ui/states.tsx';
import { showToast } from '../../ui/toasts.tsx';
import { Time } from '../../ui/values.tsx';
import { Tokens } from './tokens.tsx';

const ROLES = {
  viewer: 'sees everything, changes nothing',
  operator: 'stops keys and settles calls in doubt',
  admin: 'may do everything',
};

export default function SettingsPage() {
  const session = useSession();
  const { gatewayUrl, version } = useInstallation();
  const navigate = useNavigate();
  const queryClient = useQueryClient();
  const tooLow = useBlocked('admin');
  const signOut = async () => {
    try {
      await api.signOut();
    } catch (error) {
      showToast(error instanceof Error ? error.message : 'Signing out failed.', { failed: true });
      return;
    }
    queryClient.clear();
    await navigate('/sign-in', { replace: true });
  };
  return (
    <Page title="Settings" actions={<Button onClick={() => void signOut()}>Sign out</Button>}>
      <Card title="Signed in">
        <Facts
          facts={{
            As: <AgentText>{session.name}</AgentText>,
            Role: `${session.role}: ${ROLES[session.role]}`,
            Account: <AgentText mono>{session.accountId}</AgentText>,
            Until: session.expiresAt === null ? undefined : <Time at={session.expiresAt} />,
          }}
        />
      </Card>
      <Card title="This Keybrake">
        <Facts
          facts={{
            Gateway: <code>{gatewayUrl}</code>,
            'API documents': <a href="/docs">/docs</a>,
            Version: version,
          }}
        />
      </Card>
      {tooLow === undefined ? (
        <Tokens />
      ) : (
        <Card title="API tokens">
          <Note warning>{tooLow} Tokens are seen and issued by admins only.</Note>
        </Card>
      )}
    </Page>
  );
}

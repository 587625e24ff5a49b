import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { Link } from 'react-router';
import { api } from '../../api/api.ts';
import { LIVE_MS } from '../../data/live.ts';
import { useInstallation } from '../../data/session.tsx';
import { AgentText } from '../../ui/agent-text.tsx';
import { Badge, CallState } from '../../ui/badge.tsx';
import { LinkButton } from '../../ui/button.tsx';
import { CopyButton } from '../../ui/copy-button.tsx';
import { Hint } from '../../ui/layout.tsx';
import { Money } from '../../ui/values.tsx';
import type { IssuedKey } from './key-step.tsx';
import styles from './onboarding.module.css';
import { hasRecipe, LANGUAGE_NAMES, LANGUAGES, type Language } from './recipes.ts';
import { snippetOf } from './snippets.ts';
import { Step } from './step.tsx';

function Code({ name, text }: { name: string; text: string }) {
  return (
    <div className={styles.code}>
      <div className={styles.codeHead}>
        <span>{name}</span>
        <CopyButton text={text} />
      </div>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard */}
      <pre tabIndex={0}>{text}</pre>
    </div>
  );
}

export function ConnectStep({ provider, issued }: { provider: string; issued: IssuedKey | undefined }) {
  return (
    <Step number={4} title="Point your SDK at Keybrake" state={issued === undefined ? 'waiting' : 'now'}>
      {issued === undefined ? null : <Connect provider={provider} issued={issued} />}
    </Step>
  );
}

function Connect({ provider, issued }: { provider: string; issued: IssuedKey }) {
  const { gatewayUrl } = useInstallation();
  const [language, setLanguage] = useState<Language>('node');
  const { install, code } = snippetOf(provider, language, gatewayUrl);
  return (
    <>
      {hasRecipe(provider) ? (
        <div className={styles.tabs} role="tablist" aria-label="Language">
          {LANGUAGES.map((name) => (
            <button
              key={name}
              type="button"
              role="tab"
              className={styles.tab}
              aria-selected={language === name}
              onClick={() => setLanguage(name)}
            >
              {LANGUAGE_NAMES[name]}
            </button>
          ))}
        </div>
      ) : null}
      <Code
        name="The key, for the shell that the agent runs in"
        text={`export KEYBRAKE_VAULT_KEY=${issued.vaultKey}`}
      />
      {install === undefined ? null : <Code name="The SDK, in the tested version" text={install} />}
      <Code name="The first call" text={code} />
      <Arrival keyId={issued.id} />
    </>
  );
}

/** Waits for what the key does first; a denial is a call too. */
function Arrival({ keyId }: { keyId: string }) {
  const calls = useQuery({
    queryKey: ['audit', 'first-call', keyId],
    queryFn: () => api.audit({ vaultKeyId: keyId, limit: 1 }),
    refetchInterval: LIVE_MS,
  });
  const call = calls.data?.data[0];
  return (
    <div role="status" aria-live="polite">
      {call === undefined ? (
        <div className={styles.arrival}>
          <Badge tone="busy">waiting for the first call</Badge>
          <Hint>Run it: the call appears here as it happens.</Hint>
        </div>
      ) : (
        <div className={styles.arrival}>
          <CallState state={call.state} />
          <span>
            The first call has arrived: <AgentText>{call.operation}</AgentText>{' '}
            <Money minor={call.committedMinor ?? call.reservedMinor} currency={call.currency} />
          </span>
          {call.message === null ? null : <AgentText>{call.message}</AgentText>}
          <Link to={`/calls/${encodeURIComponent(call.id)}`}>Its whole life</Link>
          <LinkButton look="primary" small to="/">
            To the overview
          </LinkButton>
        </div>
      )}
    </div>
  );
}

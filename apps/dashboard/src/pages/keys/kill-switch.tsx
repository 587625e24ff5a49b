import { useQueryClient } from '@tanstack/react-query';
import { OctagonX } from 'lucide-react';
import { useState } from 'react';
import { api } from '../../api/api.ts';
import type { VaultKey } from '../../api/types.ts';
import { useBlocked } from '../../data/session.tsx';
import { formatMs } from '../../format/time.ts';
import { AgentText } from '../../ui/agent-text.tsx';
import { Button } from '../../ui/button.tsx';
import { Confirm, Dialog, DialogFoot } from '../../ui/dialog.tsx';
import { Facts, Stack } from '../../ui/layout.tsx';
import { nameOf, stateOf } from './key-state.ts';

interface Stopped {
  /** Measured by the API: from its reading of the request until every gateway refuses the key. */
  readonly inForceAfterMs: number;
  /** Measured here: from the click until the answer. */
  readonly roundTripMs: number;
}

/** One click, one question, and then how long it took until no call of the key is launched any more. */
export function KillSwitch({ vaultKey, small = false }: { vaultKey: VaultKey; small?: boolean }) {
  const queryClient = useQueryClient();
  const tooLow = useBlocked('operator');
  const [asking, setAsking] = useState(false);
  const [stopped, setStopped] = useState<Stopped>();
  const state = stateOf(vaultKey);
  const revoke = async () => {
    const askedMs = performance.now();
    const { inForceAfterMs } = await api.revokeVaultKey(vaultKey.id);
    setStopped({ inForceAfterMs, roundTripMs: performance.now() - askedMs });
    setAsking(false);
  };
  // Only now: with the list, which may show live keys only, this row and its dialog would go.
  const close = () => {
    setStopped(undefined);
    void queryClient.invalidateQueries({ queryKey: ['vault-keys'] });
    void queryClient.invalidateQueries({ queryKey: ['agent-types'] });
  };
  return (
    <>
      <Button
        look="danger"
        small={small}
        blockedBecause={state === 'revoked' ? 'It is revoked already.' : tooLow}
        onClick={() => setAsking(true)}
        aria-label={`Stop ${nameOf(vaultKey)}`}
      >
        <OctagonX size={14} aria-hidden="true" /> Stop
      </Button>
      {asking ? <AskFirst vaultKey={vaultKey} onConfirm={revoke} onClose={() => setAsking(false)} /> : null}
      {stopped === undefined ? null : (
        <Dialog title="Stopped" onClose={close}>
          <p>
            <AgentText>{nameOf(vaultKey)}</AgentText> is revoked:{' '}
            <strong>in force after {formatMs(stopped.inForceAfterMs)}</strong>, {formatMs(stopped.roundTripMs)} after
            your click with the way to your browser and back. No call of it is launched any more.
          </p>
          <DialogFoot>
            <Button look="primary" onClick={close} autoFocus>
              Close
            </Button>
          </DialogFoot>
        </Dialog>
      )}
    </>
  );
}

function AskFirst({
  vaultKey,
  onConfirm,
  onClose,
}: {
  vaultKey: VaultKey;
  onConfirm: () => Promise<void>;
  onClose: () => void;
}) {
  return (
    <Confirm
      title={
        <>
          Stop <AgentText>{nameOf(vaultKey)}</AgentText>?
        </>
      }
      confirm="Stop it now"
      danger
      onConfirm={onConfirm}
      onClose={onClose}
    >
      <Stack>
        <Facts
          facts={{
            'Agent type': <AgentText>{vaultKey.agentType}</AgentText>,
            Provider: vaultKey.provider,
            Key: <AgentText mono>{vaultKey.id}</AgentText>,
            Run: vaultKey.runId === null ? undefined : <AgentText mono>{vaultKey.runId}</AgentText>,
          }}
        />
        <p>
          Every call of this key and of keys minted from it is refused at once. This can’t be undone; a new key can be
          issued. Calls that are already at the provider finish and are recorded.
        </p>
      </Stack>
    </Confirm>
  );
}

import { useQueryClient } from '@tanstack/react-query';
import { api } from '../../api/api.ts';
import type { Delivery, Webhook } from '../../api/types.ts';
import { LIVE_MS } from '../../data/live.ts';
import { usePages } from '../../data/pages.ts';
import { AgentText } from '../../ui/agent-text.tsx';
import { Badge } from '../../ui/badge.tsx';
import { Button } from '../../ui/button.tsx';
import { type Column, DataTable } from '../../ui/data-table.tsx';
import { Dialog, DialogFoot } from '../../ui/dialog.tsx';
import { Empty, Loaded, ProblemNote } from '../../ui/states.tsx';
import { useSubmit } from '../../ui/use-submit.ts';
import { Time } from '../../ui/values.tsx';
import { ALERT_NAMES } from './alert-names.ts';

const PER_PAGE = 20;
const TONES = { delivered: 'good', pending: 'neutral', failed: 'bad' } as const;

/** The log of a webhook: what was sent and what became of it. */
export function Deliveries({ webhook, onClose }: { webhook: Webhook; onClose: () => void }) {
  const queryClient = useQueryClient();
  const key = ['webhooks', webhook.id, 'deliveries'];
  const { rows, more, query } = usePages(key, (cursor) => api.deliveries(webhook.id, { limit: PER_PAGE, cursor }), {
    refetchInterval: LIVE_MS,
  });
  const again = useSubmit(() => queryClient.invalidateQueries({ queryKey: key }));
  const redeliver = async (delivery: Delivery) => {
    await api.redeliver(webhook.id, delivery.id);
    await again.run();
  };
  const columns: readonly Column<Delivery>[] = [
    { head: 'Alert', cell: ({ alert }) => ALERT_NAMES[alert.type] },
    { head: 'Of', cell: ({ alert }) => <Time at={alert.occurredAt} /> },
    { head: 'State', cell: ({ state }) => <Badge tone={TONES[state]}>{state}</Badge> },
    { head: 'Attempts', number: true, cell: ({ attempts }) => attempts },
    {
      head: 'Last answer',
      cell: ({ lastStatus, lastError }) => (
        <AgentText>{lastError ?? (lastStatus === null ? '–' : String(lastStatus))}</AgentText>
      ),
    },
    { head: 'Next attempt', cell: ({ nextAttemptAt }) => <Time at={nextAttemptAt} relative /> },
    {
      head: 'Again',
      number: true,
      cell: (delivery) => (
        <Button small aria-label={`Send ${delivery.id} again`} onClick={() => void redeliver(delivery)}>
          Send again
        </Button>
      ),
    },
  ];
  return (
    <Dialog title="Deliveries" onClose={onClose} wide>
      {again.problem === undefined ? null : <ProblemNote problem={again.problem} />}
      <Loaded query={query}>
        {() => (
          <DataTable
            caption="Deliveries"
            columns={columns}
            rows={rows}
            rowKey={({ id }) => id}
            more={more}
            empty={<Empty title="Nothing was sent yet" />}
          />
        )}
      </Loaded>
      <DialogFoot>
        <Button onClick={onClose}>Close</Button>
      </DialogFoot>
    </Dialog>
  );
}

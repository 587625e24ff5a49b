import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { api } from '../../api/api.ts';
import type { Webhook } from '../../api/types.ts';
import { usePages } from '../../data/pages.ts';
import { useBlocked } from '../../data/session.tsx';
import { AgentText } from '../../ui/agent-text.tsx';
import { Badge } from '../../ui/badge.tsx';
import { Button } from '../../ui/button.tsx';
import { type Column, DataTable } from '../../ui/data-table.tsx';
import { Confirm } from '../../ui/dialog.tsx';
import { Card, Stack } from '../../ui/layout.tsx';
import { Empty, Loaded, Note } from '../../ui/states.tsx';
import { showToast } from '../../ui/toasts.tsx';
import { Time } from '../../ui/values.tsx';
import { ALERT_NAMES } from './alert-names.ts';
import styles from './alerts.module.css';
import { Deliveries } from './deliveries.tsx';
import { NewWebhook } from './new-webhook.tsx';

const PER_PAGE = 50;
type Open = { readonly what: 'new' } | { readonly what: 'log' | 'remove'; readonly webhook: Webhook };

const nameOf = ({ label, url }: Webhook) => label ?? url;

/** Where alerts are sent. */
export function Webhooks() {
  const tooLow = useBlocked('admin');
  return (
    <Card title="Webhooks" hint="signed, at least once, in order">
      {tooLow === undefined ? <WebhookList /> : <Note>{tooLow}</Note>}
    </Card>
  );
}

function WebhookList() {
  const queryClient = useQueryClient();
  const [open, setOpen] = useState<Open>();
  const { rows, more, query } = usePages(['webhooks'], (cursor) => api.webhooks({ limit: PER_PAGE, cursor }));
  const close = () => setOpen(undefined);
  const changed = () => queryClient.invalidateQueries({ queryKey: ['webhooks'] });
  const sendTest = async (webhook: Webhook) => {
    await api.testWebhook(webhook.id);
    showToast(`A test is on its way to ${nameOf(webhook)}.`);
    setOpen({ what: 'log', webhook });
  };
  const remove = async (webhook: Webhook) => {
    await api.removeWebhook(webhook.id);
    close();
    await changed();
  };
  const columns: readonly Column<Webhook>[] = [
    { head: 'To', cell: (webhook) => <AgentText>{nameOf(webhook)}</AgentText> },
    { head: 'Form', cell: ({ form }) => (form === 'slack' ? 'Slack' : 'Standard Webhooks') },
    {
      head: 'Alerts',
      cell: ({ types }) => (types.length === 0 ? 'all' : types.map((type) => ALERT_NAMES[type]).join(', ')),
    },
    {
      head: 'State',
      cell: ({ paused }) => <Badge tone={paused ? 'neutral' : 'good'}>{paused ? 'paused' : 'active'}</Badge>,
    },
    { head: 'Since', cell: ({ createdAt }) => <Time at={createdAt} /> },
    {
      head: 'Actions',
      number: true,
      cell: (webhook) => (
        <div className={styles.actions}>
          <Button small aria-label={`Test ${nameOf(webhook)}`} onClick={() => void sendTest(webhook)}>
            Test
          </Button>
          <Button
            small
            aria-label={`Deliveries to ${nameOf(webhook)}`}
            onClick={() => setOpen({ what: 'log', webhook })}
          >
            Deliveries
          </Button>
          <Button
            small
            look="danger"
            aria-label={`Remove ${nameOf(webhook)}`}
            onClick={() => setOpen({ what: 'remove', webhook })}
          >
            Remove
          </Button>
        </div>
      ),
    },
  ];
  return (
    <Stack>
      <Loaded query={query}>
        {() => (
          <DataTable
            caption="Webhooks"
            columns={columns}
            rows={rows}
            rowKey={({ id }) => id}
            more={more}
            empty={<Empty title="Alerts are sent nowhere yet">They stand below, and in the API.</Empty>}
          />
        )}
      </Loaded>
      <div>
        <Button small onClick={() => setOpen({ what: 'new' })}>
          Send alerts to…
        </Button>
      </div>
      {open?.what === 'new' ? <NewWebhook onClose={close} onMade={changed} /> : null}
      {open?.what === 'log' ? <Deliveries webhook={open.webhook} onClose={close} /> : null}
      {open?.what === 'remove' ? (
        <Confirm
          title={
            <>
              Remove <AgentText>{nameOf(open.webhook)}</AgentText>?
            </>
          }
          confirm="Remove the webhook"
          danger
          onConfirm={() => remove(open.webhook)}
          onClose={close}
        >
          What was not delivered yet will not be, and its log goes with it.
        </Confirm>
      ) : null}
    </Stack>
  );
}

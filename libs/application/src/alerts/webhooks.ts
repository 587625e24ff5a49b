import type { AccountId, Alert, AlertType } from '@keybrake/domain';
import { type Actor, checkPage, type GovernancePorts, noteOf } from '../governance/governance.js';
import { GovernanceError, notFound, type Problem, refuseProblems } from '../governance/governance-error.js';
import { nameProblems } from '../governance/policy-rules.js';
import type { StoredAlert } from '../ports/alert-store.js';
import type { Page, PageRequest } from '../ports/governance-store.js';
import type { StoredWebhook, WebhookForm, WebhookSeal, WebhookSender, WebhookStore } from '../ports/webhook-store.js';

export interface WebhookPorts extends Pick<GovernancePorts, 'secrets' | 'runtime'> {
  readonly webhooks: WebhookStore;
  readonly seal: WebhookSeal;
  readonly sender: Pick<WebhookSender, 'problemOf'>;
}

export interface WebhookDraft {
  readonly url: string;
  readonly form: WebhookForm;
  readonly types: readonly AlertType[];
  readonly label: string | undefined;
  readonly isPaused: boolean;
}

export interface IssuedSecret {
  readonly stored: StoredWebhook;
  /** `whsec_…`: shown this once; kept sealed. */
  readonly secret: string;
}

const WEBHOOKS_MAX = 50;
const SECRETS_MAX = 2;

/** Throws `GovernanceError` (invalid): an address that is none, or not public. */
export async function createWebhook(ports: WebhookPorts, actor: Actor, draft: WebhookDraft): Promise<IssuedSecret> {
  refuseProblems(await draftProblems(ports, draft));
  const { data } = await ports.webhooks.list(actor.accountId, { limit: WEBHOOKS_MAX, after: undefined });
  if (data.length >= WEBHOOKS_MAX) throw new GovernanceError('conflict', `There are ${WEBHOOKS_MAX} webhooks already.`);
  const id = `whk_${ports.secrets.newId()}`;
  const note = noteOf(ports, actor, 'webhook.created', id, { url: originOf(draft.url) });
  const secret = newSecret(ports);
  const sealedSecrets = [await ports.seal.seal(actor.accountId, id, secret)];
  const stored = { ...draft, id, accountId: actor.accountId, sealedSecrets, createdAtMs: note.atMs };
  await ports.webhooks.insert(stored, note);
  return { stored, secret };
}

export async function reviseWebhook(ports: WebhookPorts, actor: Actor, id: string, draft: WebhookDraft) {
  refuseProblems(await draftProblems(ports, draft));
  const revised = { ...(await getWebhook(ports, actor, id)), ...draft };
  const note = noteOf(ports, actor, 'webhook.revised', id, { url: originOf(draft.url) });
  if (!(await ports.webhooks.update(revised, note))) throw notFound('webhook', id);
  return revised;
}

/** A new secret beside the newest one: both sign, until the next rotation takes the older away. */
export async function rotateWebhookSecret(ports: WebhookPorts, actor: Actor, id: string): Promise<IssuedSecret> {
  const webhook = await getWebhook(ports, actor, id);
  const secret = newSecret(ports);
  const sealedSecrets = [await ports.seal.seal(actor.accountId, id, secret), ...webhook.sealedSecrets].slice(
    0,
    SECRETS_MAX,
  );
  const stored = { ...webhook, sealedSecrets };
  const note = noteOf(ports, actor, 'webhook.secret_rotated', id);
  if (!(await ports.webhooks.update(stored, note))) throw notFound('webhook', id);
  return { stored, secret };
}

export async function removeWebhook(ports: WebhookPorts, actor: Actor, id: string): Promise<void> {
  const note = noteOf(ports, actor, 'webhook.removed', id);
  if (!(await ports.webhooks.remove(actor.accountId, id, note))) throw notFound('webhook', id);
}

export async function getWebhook(
  { webhooks }: Pick<WebhookPorts, 'webhooks'>,
  { accountId }: Pick<Actor, 'accountId'>,
  id: string,
): Promise<StoredWebhook> {
  const stored = await webhooks.find(accountId, id);
  if (stored === undefined) throw notFound('webhook', id);
  return stored;
}

export async function listWebhooks(
  { webhooks }: Pick<WebhookPorts, 'webhooks'>,
  { accountId }: Pick<Actor, 'accountId'>,
  page: PageRequest,
): Promise<Page<StoredWebhook>> {
  checkPage(page);
  return webhooks.list(accountId, page);
}

/** Sends an example, like every alert: signed, in the log of deliveries, tried again. */
export async function testWebhook(
  ports: WebhookPorts,
  actor: Actor,
  id: string,
): Promise<{ readonly deliveryId: string }> {
  const webhook = await getWebhook(ports, actor, id);
  return { deliveryId: await ports.webhooks.deliverTest(webhook, exampleAlert(ports, actor.accountId)) };
}

export async function redeliver(ports: WebhookPorts, actor: Actor, id: string, deliveryId: string) {
  const webhook = await getWebhook(ports, actor, id);
  const again = await ports.webhooks.redeliver(webhook.id, deliveryId, ports.runtime.nowMs());
  if (again === undefined) throw notFound('delivery', deliveryId);
  return { deliveryId: again };
}

function exampleAlert({ secrets, runtime }: WebhookPorts, accountId: AccountId): StoredAlert {
  const id = `alr_${secrets.newId()}`;
  const data: Alert['data'] = { test: 'true' };
  const summary = 'This is a test: the webhook works.';
  return {
    id,
    accountId,
    type: 'webhook.test',
    subject: id,
    dedupeKey: `test/${id}`,
    summary,
    data,
    occurredAtMs: runtime.nowMs(),
  };
}

async function draftProblems(
  { sender }: Pick<WebhookPorts, 'sender'>,
  draft: WebhookDraft,
): Promise<readonly Problem[]> {
  const detail = await sender.problemOf(draft.url);
  return [
    ...(detail === undefined ? [] : [{ pointer: '/url', detail }]),
    ...(draft.label === undefined ? [] : nameProblems('/label', draft.label)),
  ];
}

const newSecret = ({ secrets }: Pick<WebhookPorts, 'secrets'>): string =>
  // The library reads base64 with its padding: 32 bytes have one sign of it.
  `whsec_${secrets.newSecret().replaceAll('-', '+').replaceAll('_', '/')}=`;

/** Paths of such addresses are secrets, as Slack's are. */
const originOf = (url: string): string => new URL(url).origin;

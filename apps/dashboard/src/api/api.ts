import { entries, type PolicyDraft, type paths } from '@keybrake/admin-client';
import { ask, client, type Filter, queryOf, queryText } from './http.ts';
import type { SpendGrouping } from './report-types.ts';
import type { AuditFilter, Cap, Page, Role, Webhook } from './types.ts';

// Every request that the dashboard makes, and nothing else that knows a path of the API.

export interface Paging {
  readonly limit?: number;
  readonly cursor?: string | undefined;
}

type QueryOf<Path extends keyof paths> = paths[Path] extends { get: { parameters: { query?: infer Query } } }
  ? NonNullable<Query>
  : never;

const byId = (id: string) => ({ params: { path: { id } } });
const paged = (paging: Paging) => ({ params: { query: queryOf<{ limit?: number; cursor?: string }>({ ...paging }) } });
/** Aborted with its signal, when there is one. */
const until = (signal: AbortSignal | undefined) => (signal === undefined ? {} : { signal });

/** All pages of a list that is short as a rule. */
const whole = <Row>(load: (paging: Paging) => Promise<Page<Row>>) => entries({ limit: Number.POSITIVE_INFINITY }, load);

export const api = {
  signInMethods: () => ask(client.GET('/v1/sessions/methods')),
  signIn: (token: string) => ask(client.POST('/v1/sessions', { body: { token } })),
  currentSession: () => ask(client.GET('/v1/sessions/current')),
  signOut: () => ask(client.DELETE('/v1/sessions/current')),
  installation: () => ask(client.GET('/v1/installation')),
  account: () => ask(client.GET('/v1/account')),
  thaw: (reason: string) => ask(client.POST('/v1/account/thaw', { body: { reason } })),

  policies: (paging: Paging) => ask(client.GET('/v1/policies', paged(paging))),
  policy: (id: string) => ask(client.GET('/v1/policies/{id}', byId(id))),
  createPolicy: (body: PolicyDraft) => ask(client.POST('/v1/policies', { body })),
  /** Refused with 412 when the policy is no longer at this version. */
  revisePolicy: (id: string, version: number, body: PolicyDraft) =>
    ask(client.PUT('/v1/policies/{id}', { params: { path: { id }, header: { 'If-Match': `"${version}"` } }, body })),
  /** On the calls of the last seven days: those that the policy has decided, or all of its provider. */
  simulatePolicy: (policy: PolicyDraft, policyId: string | undefined) =>
    ask(client.POST('/v1/policy-simulations', { body: { policy, ...(policyId !== undefined && { policyId }) } })),
  policyVersions: (id: string, paging: Paging) =>
    ask(client.GET('/v1/policies/{id}/versions', { params: { path: { id }, ...paged(paging).params } })),
  policyVersion: (id: string, version: number) =>
    ask(client.GET('/v1/policies/{id}/versions/{version}', { params: { path: { id, version } } })),
  policyDiff: (id: string, from: number, to: number) =>
    ask(client.GET('/v1/policies/{id}/diff', { params: { path: { id }, query: { from, to } } })),
  policyTemplates: () => ask(client.GET('/v1/policy-templates')),
  providers: () => ask(client.GET('/v1/providers')),

  credentials: (filter: Filter) =>
    ask(client.GET('/v1/credentials', { params: { query: queryOf<QueryOf<'/v1/credentials'>>(filter) } })),
  createCredential: (body: { provider: string; secret: string; accountSid?: string; label?: string }) =>
    ask(client.POST('/v1/credentials', { body })),

  vaultKeys: (filter: Filter, signal?: AbortSignal) =>
    ask(
      client.GET('/v1/vault-keys', { params: { query: queryOf<QueryOf<'/v1/vault-keys'>>(filter) }, ...until(signal) }),
    ),
  vaultKey: (id: string) => ask(client.GET('/v1/vault-keys/{id}', byId(id))),
  issueVaultKey: (body: {
    agentType: string;
    policyId: string;
    credentialId?: string;
    expiresAt?: string;
    label?: string;
  }) => ask(client.POST('/v1/vault-keys', { body })),
  revokeVaultKey: (id: string) => ask(client.POST('/v1/vault-keys/{id}/revoke', byId(id))),
  mintChild: (id: string, body: { runId: string; caps?: Cap[]; expiresAt?: string; label?: string }) =>
    ask(client.POST('/v1/vault-keys/{id}/children', { ...byId(id), body })),
  agentTypes: () => whole((paging) => ask(client.GET('/v1/agent-types', paged(paging)))),

  tokens: (paging: Paging) => ask(client.GET('/v1/tokens', paged(paging))),
  issueToken: (body: { name: string; role: Role; expiresAt?: string }) => ask(client.POST('/v1/tokens', { body })),
  revokeToken: (id: string) => ask(client.POST('/v1/tokens/{id}/revoke', byId(id))),

  alerts: (filter: Filter) =>
    ask(client.GET('/v1/alerts', { params: { query: queryOf<QueryOf<'/v1/alerts'>>(filter) } })),
  webhooks: (paging: Paging) => ask(client.GET('/v1/webhooks', paged(paging))),
  createWebhook: (body: Pick<Webhook, 'url' | 'form' | 'types'>) => ask(client.POST('/v1/webhooks', { body })),
  removeWebhook: (id: string) => ask(client.DELETE('/v1/webhooks/{id}', byId(id))),
  testWebhook: (id: string) => ask(client.POST('/v1/webhooks/{id}/test', byId(id))),
  deliveries: (id: string, paging: Paging) =>
    ask(client.GET('/v1/webhooks/{id}/deliveries', { params: { path: { id }, ...paged(paging).params } })),
  redeliver: (id: string, delivery: string) =>
    ask(client.POST('/v1/webhooks/{id}/deliveries/{delivery}/redeliver', { params: { path: { id, delivery } } })),

  approvals: (filter: Filter) =>
    ask(client.GET('/v1/approvals', { params: { query: queryOf<QueryOf<'/v1/approvals'>>(filter) } })),
  approval: (id: string) => ask(client.GET('/v1/approvals/{id}', byId(id))),
  approve: (id: string, body: { note?: string }) =>
    ask(client.POST('/v1/approvals/{id}/approve', { ...byId(id), body })),
  deny: (id: string, body: { note?: string }) => ask(client.POST('/v1/approvals/{id}/deny', { ...byId(id), body })),
  /** With the link of a webhook, and nobody signed in. */
  approvalOfLink: (link: string) => ask(client.POST('/v1/approval-links/view', { body: { link } })),
  approveByLink: (body: { link: string; note?: string }) => ask(client.POST('/v1/approval-links/approve', { body })),
  denyByLink: (body: { link: string; note?: string }) => ask(client.POST('/v1/approval-links/deny', { body })),

  balances: (vaultKeyId?: string) =>
    ask(client.GET('/v1/balances', { params: { query: queryOf<QueryOf<'/v1/balances'>>({ vaultKeyId }) } })),
  spendToday: () => whole((paging) => ask(client.GET('/v1/spend', paged(paging)))),
  spendSeries: (query: { from: string; to: string; by: SpendGrouping; currency?: string }) =>
    ask(client.GET('/v1/spend/series', { params: { query } })),
  usage: (month?: string) =>
    ask(client.GET('/v1/usage', { params: { query: queryOf<QueryOf<'/v1/usage'>>({ month }) } })),

  audit: (filter: Filter, signal?: AbortSignal) =>
    ask(client.GET('/v1/audit', { params: { query: queryOf<QueryOf<'/v1/audit'>>(filter) }, ...until(signal) })),
  call: (id: string) => ask(client.GET('/v1/audit/{id}', byId(id))),
  verifyAudit: () => ask(client.GET('/v1/audit/verify')),
  checkpoints: (paging: Paging) => ask(client.GET('/v1/audit/checkpoints', paged(paging))),
  /** Addresses for a link and an `EventSource`; the session's cookie goes with both. */
  auditExportUrl: (format: 'ndjson' | 'csv', filter: AuditFilter) =>
    `/v1/audit/export${queryText({ ...filter, format })}`,
  auditTailUrl: (filter: AuditFilter) => `/v1/audit/tail${queryText(filter)}`,
  runs: (filter: Filter, signal?: AbortSignal) =>
    ask(client.GET('/v1/runs', { params: { query: queryOf<QueryOf<'/v1/runs'>>(filter) }, ...until(signal) })),
  run: (runId: string, paging: Paging) =>
    ask(client.GET('/v1/runs/{runId}', { params: { path: { runId }, ...paged(paging).params } })),

  reservations: (filter: Filter) =>
    ask(client.GET('/v1/reservations', { params: { query: queryOf<QueryOf<'/v1/reservations'>>(filter) } })),
  resolveReservation: (
    id: string,
    body: { outcome: 'executed' | 'not_executed'; amountMinor?: string; note: string },
  ) => ask(client.POST('/v1/reservations/{id}/resolve', { ...byId(id), body })),
};

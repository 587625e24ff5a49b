import { queryText, send } from './http.ts';
import type * as r from './report-types.ts';
import type * as t from './types.ts';

// Every request that the dashboard makes, and nothing else that knows a path of the API.

export interface Paging {
  readonly limit?: number;
  readonly cursor?: string | undefined;
}
type Filter = Readonly<Record<string, string | number | undefined>>;
type List<T> = Promise<t.Page<T>>;

const get = <T>(path: string, query: Filter = {}, signal?: AbortSignal) => send<T>('GET', path, { query, signal });
const post = <T>(path: string, body: unknown = {}) => send<T>('POST', path, { body });
const id = encodeURIComponent;

export const api = {
  signInMethods: () => get<t.SignInMethods>('/v1/sessions/methods'),
  signIn: (token: string) => post<t.Session>('/v1/sessions', { token }),
  currentSession: () => get<t.Session>('/v1/sessions/current'),
  signOut: () => send<void>('DELETE', '/v1/sessions/current'),
  installation: () => get<t.Installation>('/v1/installation'),
  account: () => get<t.Account>('/v1/account'),
  thaw: (reason: string) => post<t.Account>('/v1/account/thaw', { reason }),

  policies: (paging: Paging) => get<t.Page<t.Policy>>('/v1/policies', { ...paging }),
  policy: (policyId: string) => get<t.Policy>(`/v1/policies/${id(policyId)}`),
  createPolicy: (body: t.PolicyBody) => post<t.Policy>('/v1/policies', body),
  /** Refused with 412 when the policy is no longer at this version. */
  revisePolicy: (policyId: string, version: number, body: t.PolicyBody) =>
    send<t.Policy>('PUT', `/v1/policies/${id(policyId)}`, { body, headers: { 'if-match': `"${version}"` } }),
  policyVersions: (policyId: string, paging: Paging) =>
    get<t.Page<t.Policy>>(`/v1/policies/${id(policyId)}/versions`, { ...paging }),
  policyDiff: (policyId: string, from: number, to: number) =>
    get<t.PolicyDiff>(`/v1/policies/${id(policyId)}/diff`, { from: String(from), to: String(to) }),
  policyTemplates: () => get<t.Page<t.PolicyTemplate>>('/v1/policy-templates'),
  providers: () => get<t.Page<t.Provider>>('/v1/providers'),

  credentials: (paging: Paging & { provider?: string | undefined }) =>
    get<t.Page<t.Credential>>('/v1/credentials', { ...paging }),
  createCredential: (body: { provider: string; secret: string; accountSid?: string; label?: string }) =>
    post<t.Credential>('/v1/credentials', body),

  vaultKeys: (query: Filter, signal?: AbortSignal): List<t.VaultKey> => get('/v1/vault-keys', query, signal),
  vaultKey: (keyId: string) => get<t.VaultKey>(`/v1/vault-keys/${id(keyId)}`),
  issueVaultKey: (body: {
    agentType: string;
    policyId: string;
    credentialId?: string;
    expiresAt?: string;
    label?: string;
  }) => post<t.VaultKey & { vaultKey: string }>('/v1/vault-keys', body),
  revokeVaultKey: (keyId: string) =>
    post<{ id: string; revokedAt: string; inForceAfterMs: number }>(`/v1/vault-keys/${id(keyId)}/revoke`),
  mintChild: (keyId: string, body: { runId: string; caps?: readonly t.Cap[]; expiresAt?: string; label?: string }) =>
    post<t.VaultKey & { vaultKey: string }>(`/v1/vault-keys/${id(keyId)}/children`, body),
  agentTypes: () => get<t.Page<t.AgentType>>('/v1/agent-types'),

  tokens: (paging: Paging) => get<t.Page<t.Token>>('/v1/tokens', { ...paging }),
  issueToken: (body: { name: string; role: t.Role; expiresAt?: string }) =>
    post<t.Token & { token: string }>('/v1/tokens', body),
  revokeToken: (tokenId: string) => post<{ id: string; revokedAt: string }>(`/v1/tokens/${id(tokenId)}/revoke`),

  balances: (vaultKeyId?: string) => get<t.Page<t.Balance>>('/v1/balances', { vaultKeyId }),
  spendToday: () => get<t.Page<t.Spend>>('/v1/spend'),
  spendSeries: (query: { from: string; to: string; by: r.SpendGrouping; currency?: string }) =>
    get<t.Page<r.SpendPoint>>('/v1/spend/series', query),
  usage: (month?: string) => get<r.Usage>('/v1/usage', { month }),

  audit: (query: Filter, signal?: AbortSignal): List<t.AuditEntry> => get('/v1/audit', query, signal),
  call: (entryId: string) => get<r.CallLife>(`/v1/audit/${id(entryId)}`),
  /** Addresses for a link and an `EventSource`; the session's cookie goes with both. */
  auditExportUrl: (format: 'ndjson' | 'csv', filter: t.AuditFilter) =>
    `/v1/audit/export${queryText({ ...filter, format })}`,
  auditTailUrl: (filter: t.AuditFilter) => `/v1/audit/tail${queryText(filter)}`,
  verifyAudit: () => get<r.ChainReport>('/v1/audit/verify'),
  checkpoints: (paging: Paging) => get<t.Page<r.Checkpoint>>('/v1/audit/checkpoints', { ...paging }),
  runs: (query: Filter, signal?: AbortSignal): List<r.Run> => get('/v1/runs', query, signal),
  run: (runId: string, paging: Paging) => get<r.RunStory>(`/v1/runs/${id(runId)}`, { ...paging }),

  reservations: (query: Paging & { state?: string }) => get<t.Page<r.Reservation>>('/v1/reservations', { ...query }),
  resolveReservation: (
    reservationId: string,
    body: { outcome: 'executed' | 'not_executed'; amountMinor?: string; note: string },
  ) => post<{ id: string; outcome: string; note: string }>(`/v1/reservations/${id(reservationId)}/resolve`, body),
};

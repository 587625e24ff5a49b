/** First pages that are asked for: each field with a frequent, a rare and an absent value, and pairs of fields. */
export const FILTERS: readonly (readonly [string, Readonly<Record<string, string>>])[] = [
  ['no filter', {}],
  ['vaultKeyId, busy', { vaultKeyId: 'key0' }],
  ['vaultKeyId, quiet', { vaultKeyId: 'key997' }],
  ['vaultKeyId, absent', { vaultKeyId: 'key1000' }],
  ['agentType', { agentType: 'agent3' }],
  ['agentType, 4 entries', { agentType: 'yearly-audit' }],
  ['agentType, absent', { agentType: 'nobody' }],
  ['runId', { runId: '$run3' }],
  ['runId, absent', { runId: 'run-0-1' }],
  ['provider', { provider: 'twilio' }],
  ['operation', { operation: 'refunds:write' }],
  ['endpoint', { endpoint: 'POST /emails' }],
  ['decision', { decision: 'denied' }],
  ['rule', { rule: 'unpriced' }],
  ['rule, absent', { rule: 'frozen' }],
  ['state', { state: 'released' }],
  ['state, 100 entries', { state: 'open' }],
  ['policyId', { policyId: 'pol7' }],
  ['policyId, policyVersion', { policyId: 'pol7', policyVersion: '1' }],
  ['policyVersion, old only', { policyVersion: '1' }],
  ['policyVersion, newer', { policyVersion: '2' }],
  ['idempotencyKey', { idempotencyKey: 'order-500001' }],
  ['idempotencyKey, absent', { idempotencyKey: 'order-none' }],
  ['upstreamRequestId', { upstreamRequestId: 'req_0000aaaa' }],
  ['upstreamStatus', { upstreamStatus: '402' }],
  ['upstreamStatus, absent', { upstreamStatus: '500' }],
  ['currency', { currency: 'eur' }],
  ['currency, absent', { currency: 'gbp' }],
  ['amount, all', { currency: 'usd', amountFromMinor: '1' }],
  ['amount, few', { currency: 'usd', amountFromMinor: '9999' }],
  ['amount, none', { currency: 'usd', amountFromMinor: '20000' }],
  ['message', { message: 'this call 5.00' }],
  ['message, absent', { message: 'no such words' }],
  ['id', { id: 'rsv_00001234' }],
  ['a day', { from: '$day12', to: '$day13' }],
  ['agentType, a day', { agentType: 'agent3', from: '$day12', to: '$day13' }],
  ['decision, state: never together', { decision: 'denied', state: 'committed' }],
  ['agentType, provider: never together', { agentType: 'agent0', provider: 'stripe' }],
  ['provider, currency: never together', { provider: 'twilio', currency: 'eur' }],
  ['provider, operation', { provider: 'stripe', operation: 'refunds:write' }],
  ['vaultKeyId, decision', { vaultKeyId: 'key0', decision: 'denied' }],
  ['agentType, rule', { agentType: 'agent5', rule: 'rate_limit' }],
  ['vaultKeyId, currency: never together', { vaultKeyId: 'key0', currency: 'eur' }],
  ['upstreamStatus, currency', { upstreamStatus: '402', currency: 'eur' }],
  ['state, amount', { state: 'released', currency: 'usd', amountFromMinor: '9000' }],
  ['state, amount: none', { state: 'committed', currency: 'usd', amountFromMinor: '20000' }],
  ['policyVersion, state', { policyVersion: '1', state: 'released' }],
  ['policyVersion, provider', { policyVersion: '1', provider: 'stripe' }],
  ['message, agentType', { message: 'rate_limit', agentType: 'agent5' }],
  ['message, decision: never together', { message: 'rate_limit', decision: 'allowed' }],
  ['runId, decision', { runId: '$run3', decision: 'denied' }],
];

const DAY_MS = 86_400_000;
const SPAN_MS = 30 * DAY_MS;

/** `$day12`: where the 13th of the 30 days before a moment begins; `$run3`: a run of a busy key three days before it. */
export function meant(text: string, endsAtMs: number): string {
  if (text.startsWith('$day')) return new Date(endsAtMs - SPAN_MS + Number(text.slice(4)) * DAY_MS).toISOString();
  if (text.startsWith('$run')) return `run-${Math.floor(endsAtMs / DAY_MS) - Number(text.slice(4))}-0`;
  return text;
}

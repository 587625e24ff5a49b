import { expect, test } from 'vitest';
import { type AuditEntry, auditDigestText, auditLinkText } from './audit.js';
import { canonicalJson, type JsonValue } from './canonical-json.js';

const entry: AuditEntry = {
  id: 'rsv_1',
  vaultKeyId: 'k1',
  accountId: 'default',
  agentType: 'billing',
  runId: null,
  provider: 'stripe',
  operation: 'charges:write',
  endpoint: 'POST /v1/charges',
  decision: 'allowed',
  rule: null,
  message: 'a "quoted" \u2028 text',
  policyId: 'pol_1',
  policyVersion: 3,
  idempotencyKey: 'order-1',
  currency: 'usd',
  reservedMicros: '20000000',
  committedMicros: null,
  state: 'open',
  upstreamStatus: null,
  upstreamRequestId: null,
  latencyMs: null,
  startedAtMs: 1,
  endedAtMs: null,
};

test('the digest text of an entry is its canonical JSON, every field in it', () => {
  expect(auditDigestText(entry)).toBe(canonicalJson(entry as unknown as JsonValue));
});

test('the digest text does not depend on the order in which the fields were set', () => {
  const shuffled = Object.fromEntries(Object.entries(entry).reverse()) as unknown as AuditEntry;
  expect(auditDigestText(shuffled)).toBe(auditDigestText(entry));
});

test('the text of a link is canonical JSON', () => {
  const link = { previousHash: 'aa', sequence: 2, entryId: 'rsv_1', contentHash: 'bb' };
  expect(auditLinkText('aa', 2, 'rsv_1', 'bb')).toBe(canonicalJson(link));
});

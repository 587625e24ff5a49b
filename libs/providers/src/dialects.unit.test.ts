import type { ApprovalId, CapState, Currency, Refusal, ReservationId } from '@keybrake/domain';
import { describe, expect, test } from 'vitest';
import { providers } from './registry.js';
import { renderResendRefusal } from './resend/dialect.js';
import { renderStripeRefusal } from './stripe/dialect.js';
import { renderTwilioRefusal } from './twilio/dialect.js';

const usd = 'usd' as Currency;
const cap: CapState = {
  scope: 'key',
  scopeId: 'key00001',
  window: 'day',
  windowId: '2026-03-01',
  currency: usd,
  limitMicros: 100_000_000n,
  committedMicros: 90_000_001n,
  heldMicros: 5_000_000n,
  resetsAtMs: Date.UTC(2026, 2, 2),
};
const capExceeded: Refusal = { code: 'cap_exceeded', requested: { currency: usd, micros: 10_000_000n }, cap };
const money = { currency: usd, micros: 1_000_000n };
const asked = {
  approvalId: 'apr_1' as ApprovalId,
  expiresAtMs: Date.UTC(2026, 2, 2),
  page: 'https://keybrake.example/approvals/apr_1',
};

/** One of every code, with its status in the three dialects. */
const ALL: readonly (readonly [Refusal, number])[] = [
  [{ code: 'key_invalid' }, 401],
  [{ code: 'key_revoked' }, 401],
  [{ code: 'key_expired' }, 401],
  [{ code: 'provider_mismatch', keyProvider: 'twilio' }, 403],
  [{ code: 'invalid_request', message: 'amount is required.', param: 'amount' }, 400],
  [{ code: 'operation_unknown', endpoint: 'POST /v1/payouts' }, 403],
  [{ code: 'operation_not_allowed', operation: 'charges:write', endpoint: 'POST /v1/charges' }, 403],
  [{ code: 'run_id_required' }, 400],
  [{ code: 'run_id_mismatch' }, 403],
  [{ code: 'idempotency_key_required' }, 400],
  [{ code: 'per_call_max_exceeded', requested: money, max: money }, 403],
  [{ code: 'currency_not_capped', currency: 'eur' }, 403],
  [{ code: 'unpriced_operation', reason: 'no amount.' }, 403],
  [capExceeded, 429],
  [{ code: 'quota_exceeded', limit: 1000, resetsAtMs: Date.UTC(2026, 3, 1) }, 429],
  [{ code: 'rate_exceeded', limit: 5, retryAfterMs: 1200 }, 429],
  [{ code: 'in_flight', retryAfterMs: 500 }, 409],
  [{ code: 'duplicate_call', reservationId: 'res_1' as ReservationId, reservedAtMs: 0, objectId: 'ch_1' }, 409],
  [{ code: 'approval_required', requested: money, above: money, request: asked }, 403],
  [{ code: 'approval_denied', approvalId: asked.approvalId }, 403],
  [{ code: 'approval_expired', approvalId: asked.approvalId }, 403],
  [{ code: 'outcome_unknown', reservationId: 'res_1', retryResolves: true }, 409],
  [{ code: 'outcome_unknown', reservationId: 'res_1', retryResolves: false }, 409],
  [{ code: 'response_not_kept', reservationId: 'res_1', status: 200 }, 409],
  [{ code: 'unavailable', dependency: 'The event log', retryAfterMs: 1000 }, 503],
];
const mismatch: Refusal = { code: 'idempotency_mismatch' };

describe.each([...providers.values()])('$id', (provider) => {
  test.each(ALL)('$code is %o', (refusal, status) => {
    const rendered = provider.renderRefusal(refusal);
    expect(rendered.status).toBe(status);
    expect(rendered.headers['content-type']).toBe('application/json');
    expect(rendered.headers['retry-after'] !== undefined).toBe('retryAfterMs' in refusal);
    expect(() => JSON.parse(rendered.body)).not.toThrow();
  });

  test('a stranger can not tell an unknown, a revoked and an expired key apart', () => {
    const [unknown, ...others] = ALL.slice(0, 3).map(([refusal]) => provider.renderRefusal(refusal));
    for (const other of others) expect(other).toEqual(unknown);
    expect(unknown?.headers['keybrake-decision']).toBe('denied; rule=key_invalid');
  });
});

test('the same key with another body is answered as each provider does', () => {
  expect(renderStripeRefusal(mismatch).status).toBe(400);
  expect(JSON.parse(renderStripeRefusal(mismatch).body)).toMatchObject({ error: { type: 'idempotency_error' } });
  expect(renderTwilioRefusal(mismatch).status).toBe(422);
  expect(renderResendRefusal(mismatch).status).toBe(409);
  expect(JSON.parse(renderResendRefusal(mismatch).body)).toMatchObject({ name: 'invalid_idempotent_request' });
});

describe('a cap', () => {
  const numbers = {
    cap: 'key/day',
    currency: 'usd',
    requested: '1000',
    limit: '10000',
    committed: '9001',
    held: '500',
    available: '499',
    resets_at: '2026-03-02T00:00:00.000Z',
  };
  const message = expect.stringMatching(
    /^daily cap exceeded: 10\.00 USD does not fit .* resets at 2026-03-02T00:00:00Z\.$/,
  );

  test('in the Stripe dialect', () => {
    const { headers, body } = renderStripeRefusal(capExceeded);
    expect(headers).toEqual({
      'content-type': 'application/json',
      'keybrake-decision': 'denied; rule=cap_exceeded',
      'stripe-should-retry': 'false',
    });
    expect(JSON.parse(body)).toEqual({
      error: {
        type: 'invalid_request_error',
        code: 'cap_exceeded',
        message,
        doc_url: 'docs/errors.md#cap_exceeded',
        ...numbers,
      },
    });
  });

  test('in the Twilio dialect', () => {
    expect(JSON.parse(renderTwilioRefusal(capExceeded).body)).toEqual({
      code: 9429001,
      message,
      more_info: 'docs/errors.md#cap_exceeded',
      status: 429,
      details: numbers,
    });
  });

  test('in the Resend dialect', () => {
    const { body } = renderResendRefusal(capExceeded);
    expect(JSON.parse(body)).toEqual({ statusCode: 429, name: 'daily_quota_exceeded', message, ...numbers });
  });

  test('that never resets says so', () => {
    const total: Refusal = { ...capExceeded, cap: { ...cap, window: 'total', resetsAtMs: undefined } };
    expect(JSON.parse(renderStripeRefusal(total).body)).toMatchObject({ error: { resets_at: null } });
  });
});

test('an approval is named with its page, what needs none, and the time until which it is held', () => {
  const { body } = renderStripeRefusal({ code: 'approval_required', requested: money, above: money, request: asked });
  const { approvalId: approval_id, page: approval_url } = asked;
  const numbers = { currency: 'usd', requested: '100', limit: '100', expires_at: '2026-03-02T00:00:00.000Z' };
  expect(JSON.parse(body)).toMatchObject({
    error: { type: 'invalid_request_error', code: 'approval_required', approval_id, approval_url, ...numbers },
  });
});

describe('the Stripe dialect', () => {
  test('asks for a retry only where the same key then gets the answer', () => {
    const retried = ALL.filter(([refusal]) => renderStripeRefusal(refusal).headers['stripe-should-retry'] !== 'false');
    expect(retried.map(([refusal]) => refusal)).toEqual([
      { code: 'in_flight', retryAfterMs: 500 },
      { code: 'outcome_unknown', reservationId: 'res_1', retryResolves: true },
      { code: 'unavailable', dependency: 'The event log', retryAfterMs: 1000 },
    ]);
  });

  test('names the field of a malformed request, and the type that SDKs switch on', () => {
    const errorOf = (refusal: Refusal): unknown =>
      (JSON.parse(renderStripeRefusal(refusal).body) as { error: unknown }).error;
    expect(errorOf({ code: 'invalid_request', message: 'm.', param: 'amount' })).toMatchObject({ param: 'amount' });
    expect(errorOf({ code: 'invalid_request', message: 'm.', param: undefined })).not.toHaveProperty('param');
    expect(errorOf({ code: 'in_flight', retryAfterMs: 1 })).toMatchObject({ code: 'idempotency_key_in_use' });
    expect(errorOf({ code: 'unavailable', dependency: 'x', retryAfterMs: 1 })).toMatchObject({ type: 'api_error' });
  });
});

test('retry-after is whole seconds, never 0', () => {
  const after = (retryAfterMs: number) =>
    renderResendRefusal({ code: 'rate_exceeded', limit: 5, retryAfterMs }).headers['retry-after'];
  expect([after(0), after(1), after(1000), after(1001)]).toEqual(['1', '1', '1', '2']);
});

test('every Twilio code is a number of its own, but for key problems', () => {
  const codes = [...ALL.map(([refusal]) => refusal), mismatch].map(
    (refusal) => [refusal.code, (JSON.parse(renderTwilioRefusal(refusal).body) as { code: number }).code] as const,
  );
  const byNumber = new Map(codes.map(([code, number]) => [number, code]));
  expect(byNumber.size).toBe(new Set(codes.map(([code]) => code)).size - 2);
  expect(byNumber.get(20003)).toBe('key_expired');
});

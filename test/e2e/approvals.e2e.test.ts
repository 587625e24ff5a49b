import { eventually } from '@keybrake/testing/processes';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type ApprovalView, approvalKey, errorOf, timeIsOver, WaitingCharge } from '../harness/approvals.ts';
import { agreedBalances } from '../harness/balances.ts';
import { call, type ProviderCall, providerCalls } from '../harness/calls.ts';
import { Cli } from '../harness/cli.ts';
import { PROFILES, startSystem } from '../harness/start-system.ts';
import type { System } from '../harness/system.ts';
import { WebhookReceiver } from '../harness/webhook-receiver.ts';

const [, , twilio] = providerCalls as [ProviderCall, ProviderCall, ProviderCall];

interface AuditLine {
  readonly decision: string;
  readonly rule: string | null;
  readonly message: string | null;
  readonly state: string;
}

describe.each(PROFILES)('calls that wait for a person (%s)', (profile) => {
  let system: System;
  beforeAll(async () => {
    system = await startSystem({ profile, gateways: 2, env: { KEYBRAKE_WEBHOOK_TARGETS: 'any' } });
  });
  afterAll(async () => {
    await system.stop();
  });

  const vote = (id: string, word: 'approve' | 'deny', body: object = {}) =>
    system.admin<ApprovalView>('POST', `/v1/approvals/${id}/${word}`, body);
  /** In cents, as enforced. A settlement may come after its answer, and a counter is found once it is folded. */
  const restsAt = (keyId: string, held: bigint, committed: bigint) =>
    eventually(
      `the balance of ${keyId} to rest`,
      async () => {
        const [balance] = await system.balances(keyId, 'enforced');
        return [balance?.heldMicros ?? 0n, balance?.committedMicros ?? 0n];
      },
      ([nowHeld, nowCommitted]) => nowHeld === held * 10_000n && nowCommitted === committed * 10_000n,
    );
  const auditOf = async (keyId: string) => {
    await system.foldedUp();
    const { data } = await system.admin<{ data: AuditLine[] }>('GET', `/v1/audit?vaultKeyId=${keyId}`);
    return data.map(({ decision, rule, message, state }) => [decision, rule, message, state]);
  };

  test('asked for at once, held meanwhile, approved, executed once by the same request, then replayed', async () => {
    const key = await approvalKey(system);
    const small = new WaitingCharge(system, key);
    expect((await small.send(undefined, 5_000)).status).toBe(200);
    const waiting = new WaitingCharge(system, key);
    const first = await waiting.send();
    const error = errorOf(first);
    expect([first.status, error.code]).toEqual([403, 'approval_required']);
    expect(error).toMatchObject({ currency: 'usd', requested: '9000', limit: '5000', limit_currency: 'usd' });
    expect(error.approval_url).toBe(`${system.adminUrl}/approvals/${error.approval_id}`);
    expect(Date.parse(error.expires_at) - Date.now()).toBeGreaterThan(86_000_000);
    expect(first.headers.get('stripe-should-retry')).toBe('false');
    expect(errorOf(await waiting.send())).toEqual(error);
    await restsAt(key.id, 9_000n, 5_000n);

    const asked = await waiting.seen(error.approval_id);
    expect(asked).toMatchObject({ state: 'waiting', amountMinor: '9000', votes: [] });
    const approved = await vote(asked.id, 'approve', { note: 'invoice 17' });
    expect(approved).toMatchObject({ state: 'approved', votes: [{ decision: 'approved', note: 'invoice 17' }] });
    expect(await vote(asked.id, 'approve')).toMatchObject({ state: 'approved', votes: approved.votes });
    const made = await waiting.send();
    expect(made.status).toBe(200);
    const again = await waiting.send();
    expect([again.status, again.text]).toEqual([200, made.text]);
    expect(again.headers.get('idempotent-replayed')).toBe('true');
    expect(await waiting.executed()).toBe(1);
    await restsAt(key.id, 0n, 14_000n);

    await system.foldedUp();
    const usedBy = made.headers.get('keybrake-reservation-id');
    expect(await waiting.seen(asked.id)).toMatchObject({ state: 'used', usedBy });
    await expect(vote(asked.id, 'deny')).rejects.toThrow(/answered 409.*is used already/s);
    const waits = `superseded: ${usedBy}`;
    expect(await auditOf(key.id)).toEqual([
      ['replayed', null, `answered from ${usedBy}`, 'replayed'],
      ['allowed', null, `approved as ${asked.id}`, 'committed'],
      ['denied', 'approval_required', expect.stringContaining(asked.id), 'denied'],
      ['denied', 'approval_required', waits, 'released'],
      ['allowed', null, null, 'committed'],
    ]);
    expect(await agreedBalances(system, key.id)).toMatchObject([{ heldMicros: 0n, committedMicros: 140_000_000n }]);
  });

  test('20 retries on two gateways at the moment of the approval: one execution', async () => {
    const waiting = new WaitingCharge(system, await approvalKey(system));
    const { id } = await waiting.asked();
    const [answers] = await Promise.all([
      Promise.all(Array.from({ length: 20 }, () => waiting.send())),
      vote(id, 'approve'),
    ]);
    for (const { status } of answers) expect([200, 403, 409]).toContain(status);
    expect((await waiting.settled()).status).toBe(200);
    expect(await waiting.executed()).toBe(1);
  });

  test('denied: nothing is executed, the amount is free, and the key keeps its answer', async () => {
    const key = await approvalKey(system);
    const waiting = new WaitingCharge(system, key);
    const { id } = await waiting.asked();
    expect(await vote(id, 'deny', { note: 'not ours' })).toMatchObject({ state: 'denied' });
    const told = await waiting.send();
    expect([told.status, errorOf(told)]).toEqual([
      403,
      expect.objectContaining({ code: 'approval_denied', approval_id: id }),
    ]);
    expect(await waiting.executed()).toBe(0);
    await restsAt(key.id, 0n, 0n);
    await expect(vote(id, 'approve')).rejects.toThrow(/answered 409.*is denied already/s);
    const [, request] = await auditOf(key.id);
    expect(request).toEqual([
      'denied',
      'approval_required',
      expect.stringMatching(/^approval_denied: token:.*: not ours$/),
      'released',
    ]);
  });

  test('nobody decides in time: the amount is free, and a new key asks anew', async () => {
    const key = await approvalKey(system);
    const waiting = new WaitingCharge(system, key);
    const { id } = await waiting.asked();
    await timeIsOver(system, id);
    const expired = await eventually(
      'the request to expire',
      () => waiting.send(),
      (answer) => errorOf(answer).code === 'approval_expired',
      30_000,
    );
    expect(expired.status).toBe(403);
    await restsAt(key.id, 0n, 0n);
    await expect(vote(id, 'approve')).rejects.toThrow(/answered 409.*is expired already/s);
    expect(await waiting.executed()).toBe(0);
    const anew = new WaitingCharge(system, key);
    expect((await anew.asked()).id).not.toBe(id);
  });

  test('four eyes: two different people, whatever the first one says again; one denial is enough', async () => {
    const key = await approvalKey(system, { approvals: { fourEyes: true } });
    const waiting = new WaitingCharge(system, key);
    const { id } = await waiting.asked();
    expect(await vote(id, 'approve')).toMatchObject({ state: 'waiting', votes: [{ decision: 'approved' }] });
    expect((await vote(id, 'approve')).votes).toHaveLength(1);
    expect(errorOf(await waiting.send()).code).toBe('approval_required');
    const { token } = await system.admin<{ token: string }>('POST', '/v1/tokens', { name: 'second', role: 'operator' });
    const second = (approval: string, word: string) =>
      fetch(`${system.adminUrl}/v1/approvals/${approval}/${word}`, {
        method: 'POST',
        headers: { authorization: `Bearer ${token}` },
      });
    expect((await second(id, 'approve')).status).toBe(200);
    expect((await waiting.send()).status).toBe(200);
    expect(await waiting.executed()).toBe(1);

    const other = new WaitingCharge(system, key);
    const asked = await other.asked();
    await vote(asked.id, 'approve');
    expect(await (await second(asked.id, 'deny')).json()).toMatchObject({ state: 'denied' });
    expect(errorOf(await other.send()).code).toBe('approval_denied');
  });

  test('the link of a webhook decides without a sign-in, for this approval only; nothing that is stored holds it', async () => {
    const receiver = await WebhookReceiver.start();
    try {
      const hook = await system.admin<{ id: string; secret: string }>('POST', '/v1/webhooks', {
        url: receiver.url,
        types: ['approval.requested'],
      });
      const slack = await system.admin<{ secret: string }>('POST', '/v1/webhooks', {
        url: receiver.url,
        form: 'slack',
        types: ['approval.requested'],
      });
      receiver.secrets = [hook.secret, slack.secret];
      const waiting = new WaitingCharge(system, await approvalKey(system));
      const { id } = await waiting.asked();
      const bodies = await eventually(
        'both forms of the alert',
        () => receiver.received.map(({ body }) => body).filter((body) => body.includes(id)),
        ({ length }) => length === 2,
        30_000,
      );
      const told = receiver.received.find(({ data }) => data?.approvalId === id);
      expect(told).toMatchObject({ type: 'approval.requested', data: { amountMinor: '9000', approvers: 1 } });
      const [page = '', link = ''] = String(told?.data.decideUrl).split('#');
      expect(page).toBe(`${system.adminUrl}/approvals/${id}`);
      expect(bodies.some((body) => body.startsWith('{"text"') && body.includes(`<${page}#${link}|Decide>`))).toBe(true);

      const post = async (what: string, body: object) => {
        const headers = { 'content-type': 'application/json' };
        const url = `${system.adminUrl}/v1/approval-links/${what}`;
        const response = await fetch(url, { method: 'POST', headers, body: JSON.stringify(body) });
        return { status: response.status, body: (await response.json()) as ApprovalView & { code: string } };
      };
      expect((await post('view', { link })).body).toMatchObject({ id, state: 'waiting' });
      const other = await new WaitingCharge(system, await approvalKey(system)).asked();
      const altered = [link.replace(id, other.id), link.replace(/\.\d+\./, '.9999999999999.'), `${link}x`, 'x', ''];
      for (const wrong of altered) {
        const refused = await post('approve', { link: wrong });
        expect([wrong, refused.status]).toEqual([wrong, wrong === '' ? 422 : 401]);
      }
      expect((await post('approve', { link, note: 'on the phone' })).body).toMatchObject({
        state: 'approved',
        votes: [{ by: 'link', note: 'on the phone' }],
      });
      expect((await waiting.send()).status).toBe(200);
      expect(await waiting.executed()).toBe(1);
      expect((await post('deny', { link })).status).toBe(409);

      const [, , , signature = ''] = link.split('.');
      const alerts = await system.admin('GET', '/v1/alerts?type=approval.requested');
      const deliveries = await system.admin('GET', `/v1/webhooks/${hook.id}/deliveries`);
      const stored = await system.sql('select data::text, summary from alerts.alerts');
      for (const text of [alerts, deliveries, stored, system.output()]) {
        expect(JSON.stringify(text)).not.toContain(signature);
      }
    } finally {
      await receiver.stop();
    }
  });

  test('from a shell: listed, not decided without --yes, decided once', async () => {
    const cli = await Cli.open({ KEYBRAKE_URL: system.adminUrl, KEYBRAKE_TOKEN: system.adminToken });
    const waiting = new WaitingCharge(system, await approvalKey(system));
    const { id } = await waiting.asked();
    const listed = await cli.run(['approval', 'list']);
    expect(listed.stdout).toMatch(new RegExp(`\\n${id} .* stripe POST /v1/charges .* 90.00 USD .* 0 of 1 `));
    const args = ['approval', 'approve', id, '--note', 'invoice 17'];
    expect((await cli.run(args)).code).toBe(2);
    expect(await cli.run([...args, '--yes'])).toMatchObject({ code: 0, stdout: `${id} is approved\n` });
    expect((await waiting.send()).status).toBe(200);
    expect((await cli.run(['approval', 'deny', id, '--yes'])).code).toBe(5);
    await cli.remove();
  });

  test('without an idempotency key, with another body, in Twilio’s shape', async () => {
    const key = await approvalKey(system);
    const headers = { authorization: `Bearer ${key.vaultKey}`, 'content-type': 'application/x-www-form-urlencoded' };
    const body = 'amount=9000&currency=usd&source=tok_visa';
    const plain = await fetch(`${system.gatewayUrl}/v1/charges`, { method: 'POST', headers, body });
    expect([plain.status, await plain.text()]).toEqual([400, expect.stringContaining('idempotency_key_required')]);
    const waiting = new WaitingCharge(system, key);
    await waiting.send();
    expect((await waiting.send(undefined, 9_100)).text).toContain('idempotency_error');

    const texts = await system.issueKey({
      ...twilio.policy,
      capMinor: '1000',
      policy: { approvalAbove: { usd: '0' } },
    });
    const message = await call(system.gatewayUrl, twilio, texts.vaultKey);
    expect([message.status, JSON.parse(message.text)]).toEqual([
      403,
      expect.objectContaining({ code: 9403011, details: expect.objectContaining({ approval_id: expect.any(String) }) }),
    ]);
  });
});

import { eventually } from '@keybrake/testing/processes';
import { WaitingCharge } from './approvals.ts';
import { call, charge, type ProviderCall, providerCalls } from './calls.ts';
import { cutCalls, listed } from './cut-calls.ts';
import type { System } from './system.ts';

const [, resend, twilio] = providerCalls as [ProviderCall, ProviderCall, ProviderCall];

/** For the system: what can't be found out is soon left to a person. */
export const BUSY_SETTINGS = {
  KEYBRAKE_UPSTREAM_TIMEOUT_MS: '1500',
  KEYBRAKE_HELD_MAX_AGE_MS: '1000',
  KEYBRAKE_RESOLVE_INTERVAL_MS: '200',
  KEYBRAKE_RESOLVE_SETTLE_DELAY_MS: '500',
  KEYBRAKE_RESOLVE_ATTEMPTS_MAX: '1',
};

/** What people named; of the tests for texts that are no texts, each of them. */
export interface BusyNames {
  readonly runId: string;
  readonly agentType: string;
  readonly policyName: string;
  readonly keyLabel: string;
  readonly idempotencyKey: string;
}

const USUAL: BusyNames = {
  runId: 'invoices-2026-11-25',
  agentType: 'billing',
  policyName: 'Charges up to $100 a day',
  keyLabel: 'invoice pipeline',
  idempotencyKey: 'invoice-1001',
};

export interface BusyAccount {
  readonly runId: string;
  readonly keyId: string;
  readonly policyId: string;
  /** A committed call. */
  readonly callId: string;
  readonly deniedId: string;
  readonly doubtfulId: string;
  /** A call that waits for a person. */
  readonly approvalId: string;
}

interface Made {
  readonly id: string;
  readonly vaultKey: string;
}

/** An account with something on every page: a run with a charge, a replay and a denial, other agents, a call in doubt. */
export async function busyAccount(system: System, names: BusyNames = USUAL): Promise<BusyAccount> {
  const cap = (limitMinor: string) => [{ scope: 'key', window: 'day', currency: 'usd', limitMinor }];
  const policy = await system.admin<Made>('POST', '/v1/policies', {
    name: names.policyName,
    provider: 'stripe',
    allowedOperations: ['charges:*'],
    caps: cap('10000'),
    requestsPerMonth: 40,
  });
  const key = await system.admin<Made>('POST', '/v1/vault-keys', {
    agentType: names.agentType,
    policyId: policy.id,
    label: names.keyLabel,
  });
  const pay = async (amountMinor: number, idempotencyKey: string) => {
    const body = `amount=${amountMinor}&currency=usd&source=tok_visa`;
    const run = { 'keybrake-run-id': names.runId };
    return (await charge(system.gatewayUrl, key.vaultKey, body, idempotencyKey, run)).status;
  };
  const statuses = [
    await pay(2_500, names.idempotencyKey),
    await pay(2_500, names.idempotencyKey),
    await pay(5_900, `${names.idempotencyKey}-b`),
    await pay(4_000, `${names.idempotencyKey}-c`),
  ];
  if (statuses.join() !== '200,200,200,429') throw new Error(`the run answered ${statuses}`);

  const mail = await system.issueKey({
    ...resend.policy,
    agentType: 'newsletter',
    capMinor: '500',
    policy: { name: 'Emails up to $5 a day' },
  });
  for (let index = 0; index < 4; index += 1) await call(system.gatewayUrl, resend, mail.vaultKey, `news-${index}`);
  const sms = await system.issueKey({
    ...twilio.policy,
    agentType: 'reminders',
    capMinor: '1000',
    policy: { name: 'Messages up to $10 a day' },
  });
  await call(system.gatewayUrl, twilio, sms.vaultKey, 'reminder-1');
  const buyer = await system.issueKey({
    allowedOperations: ['charges:*'],
    agentType: 'procurement',
    capMinor: '20000',
    policy: { name: 'Purchases above $50 with a person', approvalAbove: { usd: '5000' } },
  });
  const { id: approvalId } = await new WaitingCharge(system, buyer).asked();
  await cutCalls(system, twilio, sms, 'before', 1);
  const [doubt] = await eventually(
    'the call to be left to a person',
    () => listed(system, sms, 'in_doubt'),
    (found) => found[0]?.resolution?.nextAttemptAt === null,
  );
  await system.foldedUp();
  const entryOf = async (filter: string) => {
    const found = await system.admin<{ data: { id: string }[] }>('GET', `/v1/audit?vaultKeyId=${key.id}&${filter}`);
    return found.data.at(-1)?.id ?? '';
  };
  return {
    runId: names.runId,
    keyId: key.id,
    policyId: policy.id,
    callId: await entryOf('state=committed'),
    deniedId: await entryOf('decision=denied'),
    doubtfulId: doubt?.id ?? '',
    approvalId,
  };
}

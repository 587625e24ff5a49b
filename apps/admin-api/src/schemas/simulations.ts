import type { SimulationChange, SimulationExample, SimulationResult, SimulationSide } from '@keybrake/application';
import { AUDIT_DECISIONS } from '@keybrake/domain';
import { instant, iso, up } from '@keybrake/wire';
import { z } from 'zod';
import { count, currencyCode, id, minor, time } from './answer-parts.js';
import { policyBody } from './requests.js';

// A policy tried on recorded calls: what is asked for and what is answered.

export const simulationBody = z.strictObject({
  policy: policyBody,
  policyId: z
    .string()
    .min(1)
    .optional()
    .meta({ description: 'only calls that this policy has decided; all of the provider when left out' }),
  from: instant.optional().meta({ description: 'seven days before `to` when left out' }),
  to: instant.optional().meta({ description: 'now when left out' }),
});
export type SimulationBody = z.infer<typeof simulationBody>;

const amounts = z.array(z.strictObject({ currency: currencyCode, amountMinor: minor }));
const decision = z.enum(AUDIT_DECISIONS);

const side = z
  .strictObject({
    allowed: count,
    denied: count,
    replayed: count,
    spend: amounts,
    denials: z.array(z.strictObject({ rule: z.string(), calls: count })),
  })
  .meta({ id: 'SimulationSide' });

export const simulationAnswer = z
  .strictObject({
    from: time,
    to: time,
    calls: count.meta({ description: 'that the policy was tried on' }),
    undecided: count.meta({ description: 'left as they were: what the policy wants to know of them was not recorded' }),
    recorded: side,
    simulated: side.meta({ description: 'a call that was denied and is allowed here spends what it asked for' }),
    changes: z.array(
      z.strictObject({
        before: decision,
        after: decision,
        rule: z.string().nullable().meta({ description: 'that denies now, or that denied' }),
        calls: count,
        amounts,
      }),
    ),
    examples: z.array(
      z.strictObject({
        id,
        at: time,
        vaultKeyId: id,
        agentType: z.string(),
        runId: z.string().nullable(),
        operation: z.string(),
        endpoint: z.string(),
        currency: currencyCode.nullable(),
        amountMinor: minor.nullable().meta({ description: 'reserved or asked for' }),
        before: decision,
        beforeRule: z.string().nullable(),
        after: decision,
        afterRule: z.string().nullable(),
        message: z.string().nullable().meta({ description: 'what its caller would have been told' }),
      }),
    ),
  })
  .meta({ id: 'PolicySimulation' });

const amountsView = (micros: ReadonlyMap<string, bigint>) =>
  [...micros].map(([currency, amount]) => ({ currency, amountMinor: up(amount, currency) }));

const sideView = ({ allowed, denied, replayed, spentMicros, rules }: SimulationSide) => ({
  allowed,
  denied,
  replayed,
  spend: amountsView(spentMicros),
  denials: [...rules].map(([rule, calls]) => ({ rule, calls })),
});

const changeView = ({ before, after, rule, calls, amountMicros }: SimulationChange) => ({
  before,
  after,
  rule,
  calls,
  amounts: amountsView(amountMicros),
});

function exampleView({ call, before, after }: SimulationExample) {
  const asked = call.pricing?.kind === 'priced' ? call.pricing.amount : undefined;
  const currency = call.currency ?? asked?.currency ?? null;
  const micros = call.reservedMicros ?? asked?.micros;
  return {
    id: call.id,
    at: iso(call.startedAtMs),
    vaultKeyId: call.vaultKeyId,
    agentType: call.agentType,
    runId: call.runId,
    operation: call.operation,
    endpoint: call.endpoint,
    currency,
    amountMinor: currency === null || micros === undefined ? null : up(micros, currency),
    before: before.decision,
    beforeRule: before.rule,
    after: after.decision,
    afterRule: after.rule,
    message: after.message,
  };
}

export function simulationView(fromMs: number, toMs: number, result: SimulationResult) {
  const { calls, undecided, recorded, simulated, changes, examples } = result;
  return {
    from: iso(fromMs),
    to: iso(toMs),
    calls,
    undecided,
    recorded: sideView(recorded),
    simulated: sideView(simulated),
    changes: changes.map(changeView),
    examples: examples.map(exampleView),
  };
}

import { type AdmissionStore, type AdmissionUpkeep, SimulatedAdmission } from '@keybrake/application';
import type { AccountId } from '@keybrake/domain';
import { type AdmissionCommand, admissionCommands, tellAnswers } from '@keybrake/testing/admission-commands';
import { createDatabase, type TestDatabase } from '@keybrake/testing/postgres';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { PostgresAdmissionStore } from './postgres/admission/admission-store.js';
import { PostgresAdmissionUpkeep } from './postgres/admission/admission-upkeep.js';
import { createPool, type Pool } from './postgres/database.js';

const SEQUENCES = Number(process.env.KEYBRAKE_TEST_SEQUENCES ?? 600);

let database: TestDatabase;
let pool: Pool;
beforeAll(async () => {
  database = await createDatabase(inject('postgresUrl'));
  pool = createPool({ url: database.url, applicationName: 'oracle', connectionsMax: 2, onIdleError: () => undefined });
});
afterAll(async () => {
  await pool.end();
  await database.drop();
});

/** What a simulation meets: each call reserved and settled once, keys alive, policies current and enforced. */
function simulated(commands: readonly AdmissionCommand[]): readonly AdmissionCommand[] {
  const settled = new Set<number>();
  return commands.flatMap((command): AdmissionCommand[] => {
    // Nobody decides in a simulation: approvals are its own matter.
    if (command.kind === 'reserve') return [{ ...command, policyVersion: 2, isShadow: false, approval: undefined }];
    if (command.kind !== 'settle' || settled.has(command.reservation)) return [];
    settled.add(command.reservation);
    return [command];
  });
}

/** The simulated store behind the port; what a simulation has no use for does nothing. */
function asSide(admission: SimulatedAdmission) {
  const nothing = () => Promise.resolve(undefined);
  const store = {
    reserve: async (command: Parameters<AdmissionStore['reserve']>[0]) => admission.reserve(command, Date.now()),
    settle: async (...[{ reservationId }, settlement]: Parameters<AdmissionStore['settle']>) => {
      const actualMicros = settlement.kind === 'committed' ? settlement.actualMicros : undefined;
      return admission.settle(reservationId, actualMicros, Date.now());
    },
    putKey: nothing,
    putPolicyVersion: nothing,
  };
  const upkeep = {
    capStates: async (...[, counters]: Parameters<AdmissionUpkeep['capStates']>) => admission.balances(counters),
    sweepHeld: async () => [],
    confirmSwept: nothing,
    listKeptResponses: async () => [],
    dropResponses: nothing,
  };
  return { store: store as unknown as AdmissionStore, upkeep: upkeep as unknown as AdmissionUpkeep };
}

/** It keeps no answers. */
const withoutBytes = (answers: readonly unknown[]) =>
  answers.map((answer) =>
    answer !== null && typeof answer === 'object' ? { ...answer, sealedResponse: undefined } : answer,
  );

test(`${SEQUENCES} random sequences: the simulated store answers what the Postgres store answers`, {
  timeout: 300_000,
}, async () => {
  const postgres = { store: new PostgresAdmissionStore(pool), upkeep: new PostgresAdmissionUpkeep(pool) };
  let sequences = 0;
  const kinds = new Map<string, number>();
  await fc.assert(
    fc.asyncProperty(admissionCommands, async (all) => {
      sequences += 1;
      const account = `simulated${sequences}` as AccountId;
      const commands = simulated(all);
      const expected = await tellAnswers(postgres, account, commands);
      const actual = await tellAnswers(asSide(new SimulatedAdmission()), account, commands);
      for (const answer of expected) {
        const { kind = '', refusal } = (answer ?? {}) as { kind?: string; refusal?: { code: string } };
        const name = refusal?.code ?? kind;
        kinds.set(name, (kinds.get(name) ?? 0) + 1);
      }
      expect(withoutBytes(actual)).toEqual(withoutBytes(expected));
    }),
    { numRuns: SEQUENCES },
  );
  const met = ['held', 'completed', 'in_flight', 'cap_exceeded', 'idempotency_mismatch', 'duplicate_call'];
  for (const name of met) expect([name, (kinds.get(name) ?? 0) > SEQUENCES / 50]).toEqual([name, true]);
});

import type {
  AdmissionStore,
  AdmissionUpkeep,
  ReservationRef,
  ReserveCommand,
  Settlement,
} from '@keybrake/application';
import {
  type AccountId,
  type BoundCap,
  bindCap,
  type PolicyId,
  type ReservationId,
  type VaultKeyId,
  windowCandidates,
} from '@keybrake/domain';
import fc from 'fast-check';
import { POLICY, USD } from './admission-scene.js';

/** Two stores that are told the same must answer the same: random commands over a few keys, caps and reservations. */
export type AdmissionCommand =
  | {
      readonly kind: 'reserve';
      readonly reservation: number;
      readonly key: 'root' | 'child';
      readonly claim: number | undefined;
      readonly fingerprint: string;
      readonly amountMicros: bigint;
      readonly caps: readonly number[];
      readonly metered: boolean;
      readonly policyVersion: number;
      readonly refused: boolean;
    }
  | { readonly kind: 'launch'; readonly reservation: number; readonly owner: string; readonly incarnation: number }
  | {
      readonly kind: 'adopt';
      readonly purpose: 'look' | 'resend';
      readonly reservation: number;
      readonly owner: string;
      readonly launchedWithinMs: number;
    }
  | { readonly kind: 'settle'; readonly reservation: number; readonly settlement: Settlement }
  | { readonly kind: 'true_up'; readonly reservation: number; readonly actualMicros: bigint }
  | { readonly kind: 'mark_in_doubt'; readonly reservation: number }
  | { readonly kind: 'put_key'; readonly key: 'root' | 'child'; readonly revokedAtMs: number | undefined }
  | { readonly kind: 'put_policy'; readonly version: number }
  | { readonly kind: 'sweep' | 'confirm' | 'in_doubt' | 'kept' | 'drop' };

const RESERVATIONS = 4;
/** The last one is beyond what a double can hold. */
const LIMITS = [5n, 8n, 4_611_686_018_427_387_904n];
const AMOUNTS = [0n, 1n, 2n, 3n, 9_007_199_254_740_993n, 4_611_686_018_427_387_903n];

const reservation = fc.nat(RESERVATIONS - 1);
const amountMicros = fc.oneof(
  { weight: 5, arbitrary: fc.constant(1n) },
  { weight: 2, arbitrary: fc.constantFrom(...AMOUNTS) },
);
const owner = fc.constantFrom('gateway-1', 'gateway-2');
const key = fc.constantFrom('root' as const, 'child' as const);

const settlement: fc.Arbitrary<Settlement> = fc.oneof(
  fc.record({
    kind: fc.constant('committed' as const),
    actualMicros: amountMicros,
    sealedResponse: fc.constantFrom('sealed', undefined),
  }),
  fc.record({ kind: fc.constant('released' as const), recorded: fc.boolean() }),
);

const reserve = fc.record({
  kind: fc.constant('reserve' as const),
  reservation,
  key,
  claim: fc.constantFrom(0, 0, 0, 1, undefined),
  fingerprint: fc.constantFrom('body-1', 'body-1', 'body-1', 'body-1', 'body-2'),
  amountMicros,
  caps: fc.subarray([0, 1, 2]),
  metered: fc.boolean(),
  policyVersion: fc.constantFrom(1, 2, 2, 2),
  refused: fc.constantFrom(false, false, false, false, false, false, true),
});

const anyCommand: fc.Arbitrary<AdmissionCommand> = fc.oneof(
  { weight: 8, arbitrary: reserve },
  {
    weight: 8,
    arbitrary: fc.record({
      kind: fc.constant('launch' as const),
      reservation,
      owner,
      incarnation: fc.constantFrom(1, 1, 1, 1, 1, 2),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('adopt' as const),
      purpose: fc.constantFrom('look' as const, 'resend' as const),
      reservation,
      owner,
      launchedWithinMs: fc.constantFrom(0, 3_600_000),
    }),
  },
  { weight: 6, arbitrary: fc.record({ kind: fc.constant('settle' as const), reservation, settlement }) },
  {
    weight: 3,
    arbitrary: fc.record({ kind: fc.constant('true_up' as const), reservation, actualMicros: amountMicros }),
  },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('mark_in_doubt' as const), reservation }) },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('put_key' as const),
      key,
      revokedAtMs: fc.constantFrom(undefined, undefined, undefined, undefined, 1, 2),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant('put_policy' as const), version: fc.constantFrom(1, 2, 2, 3) }),
  },
  {
    weight: 3,
    arbitrary: fc.record({ kind: fc.constantFrom('sweep' as const, 'confirm', 'in_doubt', 'kept', 'drop') }),
  },
);

/** A call on its way to an end, and a retry of it: what single random commands rarely add up to. */
const callAndRetry: fc.Arbitrary<readonly AdmissionCommand[]> = fc
  .record({
    first: reserve,
    second: reservation,
    owner,
    ending: settlement,
    doubtful: fc.boolean(),
    purpose: fc.constantFrom('look' as const, 'resend' as const),
  })
  .map(({ first, second, owner: by, ending, doubtful, purpose }) => {
    const { reservation: id } = first;
    const call = { ...first, claim: 0, fingerprint: 'body-1', amountMicros: 1n, refused: false };
    return [
      call,
      { kind: 'launch', reservation: id, owner: by, incarnation: 1 },
      doubtful ? { kind: 'mark_in_doubt', reservation: id } : { kind: 'settle', reservation: id, settlement: ending },
      { ...call, reservation: second },
      { kind: 'adopt', purpose, reservation: id, owner: 'gateway-2', launchedWithinMs: 3_600_000 },
    ];
  });

export const admissionCommands: fc.Arbitrary<readonly AdmissionCommand[]> = fc
  .array(fc.oneof({ weight: 14, arbitrary: anyCommand.map((one) => [one]) }, { weight: 3, arbitrary: callAndRetry }), {
    minLength: 4,
    maxLength: 16,
  })
  .map((parts) => parts.flat());

export interface AdmissionSide {
  readonly store: AdmissionStore;
  readonly upkeep: AdmissionUpkeep;
}

/** Runs one sequence on one store, in an account of its own, and tells every answer without its times. */
export async function tellAnswers(
  side: AdmissionSide,
  account: AccountId,
  commands: readonly AdmissionCommand[],
): Promise<unknown[]> {
  const sequence = new Sequence(side, account);
  await sequence.open();
  const answers: unknown[] = [];
  for (const command of commands) answers.push(untimed(await sequence.run(command)));
  answers.push(await sequence.balances());
  await sequence.close();
  return answers;
}

class Sequence {
  readonly #side: AdmissionSide;
  readonly #account: AccountId;
  readonly #commands = new Map<number, ReserveCommand>();

  constructor(side: AdmissionSide, account: AccountId) {
    this.#side = side;
    this.#account = account;
  }

  async open(): Promise<void> {
    await this.#putKey('root', undefined);
    await this.#putKey('child', undefined);
    await this.#side.store.putPolicyVersion(this.#account, POLICY, 1);
  }

  async run(command: AdmissionCommand): Promise<unknown> {
    const { store, upkeep } = this.#side;
    switch (command.kind) {
      case 'reserve':
        return store.reserve(this.#firstCommandOf(command));
      case 'launch': {
        const { owner, incarnation } = command;
        return store.launch({
          ...this.#ref(command),
          lineage: this.#line('root'),
          incarnation,
          owner,
          outcomeDueMs: 60_000,
        });
      }
      case 'adopt': {
        const { purpose, owner, launchedWithinMs } = command;
        const lineage = this.#line('root');
        const more = { purpose, lineage, owner, outcomeDueMs: 60_000, launchedWithinMs };
        return store.adopt({ ...this.#ref(command), ...more });
      }
      case 'settle':
        return store.settle(this.#ref(command), command.settlement);
      case 'true_up':
        return store.trueUp(this.#ref(command), command.actualMicros);
      case 'mark_in_doubt':
        return store.markInDoubt(this.#ref(command));
      case 'put_key':
        return this.#putKey(command.key, command.revokedAtMs);
      case 'put_policy':
        return store.putPolicyVersion(this.#account, POLICY, command.version);
      case 'sweep':
        return this.#own(await upkeep.sweepHeld(0, 1_000));
      case 'confirm':
        return upkeep.confirmSwept(this.#own(await upkeep.sweepHeld(3_600_000, 1_000)));
      case 'in_doubt':
        return [...(await upkeep.doubtsAmong(this.#own(await upkeep.listInDoubt(1_000)))).keys()].sort();
      case 'kept':
        return this.#own(await upkeep.listKeptResponses(0, 1_000));
      case 'drop':
        return upkeep.dropResponses(this.#own(await upkeep.listKeptResponses(0, 1_000)));
    }
  }

  async balances(): Promise<unknown> {
    const states = await this.#side.upkeep.capStates(
      this.#account,
      LIMITS.map((_limit, index) => this.#cap(index).counter),
    );
    const used = states.filter(({ committedMicros, heldMicros }) => committedMicros + heldMicros > 0n);
    return used.sort((a, b) => (a.counter < b.counter ? -1 : 1));
  }

  /** Leaves no list behind that later sequences would have to read. */
  async close(): Promise<void> {
    const { store, upkeep } = this.#side;
    for (let index = 0; index < RESERVATIONS; index += 1) {
      await store.settle(this.#ref({ reservation: index }), { kind: 'released', recorded: true });
    }
    await upkeep.confirmSwept(this.#own(await upkeep.sweepHeld(3_600_000, 1_000)));
    await upkeep.dropResponses(this.#own(await upkeep.listKeptResponses(0, 1_000)));
  }

  #putKey(name: 'root' | 'child', revokedAtMs: number | undefined): Promise<void> {
    const keyId = this.#keyId(name);
    return this.#side.store.putKey({ accountId: this.#account, keyId, expiresAtMs: undefined, revokedAtMs });
  }

  #keyId(name: 'root' | 'child'): VaultKeyId {
    return `${name}-${this.#account}` as VaultKeyId;
  }

  #line(name: 'root' | 'child'): VaultKeyId[] {
    return name === 'root' ? [this.#keyId('root')] : [this.#keyId('child'), this.#keyId('root')];
  }

  #ref({ reservation: index }: { reservation: number }): ReservationRef {
    return { accountId: this.#account, reservationId: `rsv_${this.#account}_${index}` as ReservationId };
  }

  #cap(index: number): BoundCap {
    const accountId = this.#account;
    const rootKeyId = this.#keyId('root');
    const subjects = { accountId, agentType: 'billing', rootKeyId, keyId: rootKeyId, runId: undefined };
    const scope = (['key', 'account', 'agent_type'] as const)[index] as 'key';
    const limitMicros = LIMITS[index] as bigint;
    const window = index === 2 ? 'total' : 'day';
    return bindCap({ scope, window, currency: USD, direction: 'any', limitMicros }, subjects, 'UTC') as BoundCap;
  }

  /** An id stands for one call: what is repeated is the same command (R4). */
  #firstCommandOf(command: Extract<AdmissionCommand, { kind: 'reserve' }>): ReserveCommand {
    const first = this.#commands.get(command.reservation) ?? this.#reserveCommand(command);
    this.#commands.set(command.reservation, first);
    return first;
  }

  #reserveCommand(command: Extract<AdmissionCommand, { kind: 'reserve' }>): ReserveCommand {
    const { key: name, claim, fingerprint, caps, metered, policyVersion, refused } = command;
    const nowMs = Date.now();
    const windows = windowCandidates('month', 'UTC', nowMs);
    return {
      ...this.#ref(command),
      lineage: this.#line(name),
      policyId: POLICY as PolicyId,
      policyVersion,
      refusal: refused ? { code: 'run_id_required' } : undefined,
      claim: claim === undefined ? undefined : { rootKeyId: this.#keyId('root'), keyHash: `key-${claim}`, fingerprint },
      meters: metered ? [{ kind: 'quota', counter: 'quota/root', limit: 4, windows }] : [],
      holds: caps.map((index) => {
        const cap = this.#cap(index);
        return { cap, amountMicros: command.amountMicros, windows: windowCandidates(cap.window, 'UTC', nowMs) };
      }),
    };
  }

  #own(refs: readonly ReservationRef[]): ReservationRef[] {
    const own = refs.filter(({ accountId }) => accountId === this.#account);
    return own.sort((a, b) => (a.reservationId < b.reservationId ? -1 : 1));
  }
}

/** Two servers' clocks differ by milliseconds; what they say apart from that may not. */
function untimed(answer: unknown): unknown {
  if (answer === null || typeof answer !== 'object') return answer;
  const times = new Set(['reservedAtMs', 'launchedAtMs']);
  return Object.fromEntries(Object.entries(answer).map(([name, value]) => [name, times.has(name) ? 'then' : value]));
}

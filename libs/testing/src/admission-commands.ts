import type { AdmissionStore, AdmissionUpkeep, ReservationRef, ReserveCommand } from '@keybrake/application';
import {
  type AccountId,
  type BoundCap,
  bindCap,
  type PolicyId,
  type ReservationId,
  type VaultKeyId,
  windowCandidates,
  windowOffer,
} from '@keybrake/domain';
import { type AdmissionCommand, LIMITS, RESERVATIONS } from './admission-command-arbitraries.js';
import { POLICY, USD } from './admission-scene.js';

export { type AdmissionCommand, admissionCommands } from './admission-command-arbitraries.js';

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
      case 'await':
        return store.awaitApproval(this.#ref(command));
      case 'decide': {
        const { decision } = command;
        const untilMs = Date.now() + 3_600_000;
        return store.decideApproval(
          this.#ref(command),
          decision === 'approved' ? { kind: decision, untilMs } : { kind: decision },
        );
      }
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
    const window = (['day', 'rolling_24h', 'total'] as const)[index] as 'day';
    return bindCap({ scope, window, currency: USD, direction: 'any', limitMicros }, subjects, 'UTC') as BoundCap;
  }

  /** An id stands for one call: what is repeated is the same command (R4). */
  #firstCommandOf(command: Extract<AdmissionCommand, { kind: 'reserve' }>): ReserveCommand {
    const first = this.#commands.get(command.reservation) ?? this.#reserveCommand(command);
    this.#commands.set(command.reservation, first);
    return first;
  }

  #reserveCommand(command: Extract<AdmissionCommand, { kind: 'reserve' }>): ReserveCommand {
    const { key: name, claim, fingerprint, guard, caps, metered, policyVersion, refused, approval } = command;
    const nowMs = Date.now();
    const windows = windowCandidates('month', 'UTC', nowMs);
    return {
      ...this.#ref(command),
      lineage: this.#line(name),
      policyId: POLICY as PolicyId,
      policyVersion,
      refusal: refused ? { code: 'run_id_required' } : undefined,
      claim: claim === undefined ? undefined : { rootKeyId: this.#keyId('root'), keyHash: `key-${claim}`, fingerprint },
      guard: guard && { rootKeyId: this.#keyId('root'), hash: 'request-1', windowMs: 3_600_000, mode: guard },
      approval:
        approval === undefined || claim === undefined || command.isShadow
          ? undefined
          : { currency: USD, micros: approval, validMs: 3_600_000 },
      isShadow: command.isShadow,
      meters: metered ? [{ kind: 'quota', counter: 'quota/root', limit: 4, windows }] : [],
      holds: caps.map((index) => {
        const cap = this.#cap(index);
        return { cap, amountMicros: command.amountMicros, ...windowOffer(cap.window, 'UTC', nowMs) };
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
  const { code } = answer as { code?: string };
  // Of several duplicates within a millisecond either store may name any.
  const untold = new Set([
    'reservedAtMs',
    'launchedAtMs',
    'untilMs',
    'duplicateOf',
    code === 'duplicate_call' ? 'reservationId' : '',
  ]);
  return Object.fromEntries(
    Object.entries(answer).map(([name, value]) => {
      if (['refusal', 'shadowRefusal', 'approval'].includes(name)) return [name, untimed(value)];
      return [name, untold.has(name) ? 'told' : value];
    }),
  );
}

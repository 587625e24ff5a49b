import type {
  AdmissionKey,
  AdmissionStore,
  AdoptCommand,
  AdoptOutcome,
  ApprovalDecision,
  LaunchCommand,
  LaunchOutcome,
  ReservationRef,
  ReserveCommand,
  ReserveOutcome,
  Settlement,
  SettleOutcome,
  TrueUpOutcome,
} from '@keybrake/application';
import type { AccountId, PolicyId } from '@keybrake/domain';
import {
  decodeReserveReply,
  encodeApproval,
  encodeHold,
  encodeRefusal,
  type ReserveReply,
} from '../../reserve-reply.js';
import { asUnavailable, type Pool } from '../database.js';

type HeldReply = Extract<ReserveReply, { kind: 'held' }>;
type SqlHeldReply = Omit<HeldReply, 'windows'> & { windows: { span: { id: string }; remainingMicros: string }[] };
type SqlReserveReply = Exclude<ReserveReply, { kind: 'held' }> | SqlHeldReply;

function withWindowIds(reply: SqlHeldReply): HeldReply {
  return { ...reply, windows: reply.windows.map(({ span, remainingMicros }) => ({ id: span.id, remainingMicros })) };
}

/** The admission store on Postgres: each step is one call of a function in migrations/0002_admission.sql. */
export class PostgresAdmissionStore implements AdmissionStore {
  readonly #pool: Pool;

  constructor(pool: Pool) {
    this.#pool = pool;
  }

  async reserve(command: ReserveCommand): Promise<ReserveOutcome> {
    const { refusal, holds, approval, ...rest } = command;
    const encoded = JSON.stringify({
      ...rest,
      ...encodeRefusal(refusal),
      approval: encodeApproval(approval),
      holds: holds.map(encodeHold),
    });
    const reply = await this.#step<SqlReserveReply>('reserve', 'select admission.reserve($1::jsonb) as reply', encoded);
    return decodeReserveReply(reply.kind === 'held' ? withWindowIds(reply) : reply, command);
  }

  async launch(command: LaunchCommand): Promise<LaunchOutcome> {
    return this.#step<LaunchOutcome>('launch', 'select admission.launch($1::jsonb) as reply', JSON.stringify(command));
  }

  async adopt(command: AdoptCommand): Promise<AdoptOutcome> {
    return this.#step<AdoptOutcome>('adopt', 'select admission.adopt($1::jsonb) as reply', JSON.stringify(command));
  }

  async settle(ref: ReservationRef, settlement: Settlement): Promise<SettleOutcome> {
    const actualMicros = settlement.kind === 'committed' ? settlement.actualMicros : 0n;
    const sealed = settlement.kind === 'committed' ? (settlement.sealedResponse ?? null) : null;
    const changed = await this.#step<boolean>(
      'settle',
      'select admission.settle($1::text, $2::text, $3::bigint, $4::text, $5::boolean) as reply',
      ref.reservationId,
      settlement.kind,
      actualMicros.toString(),
      sealed,
      settlement.kind === 'committed' || settlement.recorded,
    );
    return changed ? 'settled' : 'unchanged';
  }

  async trueUp(ref: ReservationRef, actualMicros: bigint): Promise<TrueUpOutcome> {
    const changed = await this.#step<boolean>(
      'true_up',
      'select admission.true_up($1::text, $2::bigint) as reply',
      ref.reservationId,
      actualMicros.toString(),
    );
    return changed ? 'adjusted' : 'unchanged';
  }

  awaitApproval({ reservationId }: ReservationRef): Promise<boolean> {
    return this.#step('await_approval', 'select admission.await_approval($1::text) as reply', reservationId);
  }

  decideApproval({ reservationId }: ReservationRef, decision: ApprovalDecision): Promise<boolean> {
    return this.#step(
      'decide_approval',
      'select admission.decide_approval($1::text, $2::text, $3::bigint) as reply',
      reservationId,
      decision.kind,
      decision.kind === 'approved' ? decision.untilMs : null,
    );
  }

  async markInDoubt(ref: ReservationRef): Promise<void> {
    await this.#step(
      'mark_in_doubt',
      `update admission.reservations r set outcome_due_ms = least(r.outcome_due_ms, admission.now_ms())
        where r.reservation_id = $1::text and r.state = 'launched' returning true as reply`,
      ref.reservationId,
    );
  }

  async putKey(key: AdmissionKey): Promise<void> {
    await this.#step(
      'put_key',
      'select admission.put_key($1::text, $2::text, $3::bigint, $4::bigint) as reply',
      key.accountId,
      key.keyId,
      key.expiresAtMs ?? null,
      key.revokedAtMs ?? null,
    );
  }

  async putPolicyVersion(accountId: AccountId, policyId: PolicyId, version: number): Promise<void> {
    await this.#step(
      'put_policy',
      `insert into admission.policies as p (account_id, policy_id, version) values ($1::text, $2::text, $3::integer)
       on conflict (account_id, policy_id) do update set version = greatest(p.version, excluded.version)
       returning true as reply`,
      accountId,
      policyId,
      version,
    );
  }

  async setAccountFrozen(accountId: AccountId, frozen: boolean): Promise<void> {
    await this.#step(
      frozen ? 'freeze_account' : 'thaw_account',
      frozen
        ? 'insert into admission.frozen_accounts values ($1::text) on conflict do nothing returning true as reply'
        : 'delete from admission.frozen_accounts f where f.account_id = $1::text returning true as reply',
      accountId,
    );
  }

  /** Named, so that each connection plans it once. */
  async #step<T>(name: string, text: string, ...values: unknown[]): Promise<T> {
    try {
      const { rows } = await this.#pool.query<{ reply: T }>({ name: `admission.${name}`, text, values });
      return rows[0]?.reply as T;
    } catch (error) {
      throw asUnavailable(error, 'The admission store');
    }
  }
}

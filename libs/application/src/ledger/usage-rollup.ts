import {
  type AccountId,
  type CallDenied,
  type CallIdentity,
  type CallReplayed,
  type Contribution,
  type Currency,
  contributionDifference,
  isCallersOwn,
  localDate,
  type Reservation,
  type RunId,
  type SpendReserved,
  spendOf,
} from '@keybrake/domain';
import type { DaySpendDelta, MonthCallsDelta, RunDaySpendDelta, RunDelta } from '../ports/ledger-store.js';
import { sortedByKey } from './sorted-by-key.js';

type Mutable<T> = { -readonly [K in keyof T]: T[K] };
type Count = 'calls' | 'denials' | 'replays' | 'priceLooks';

const NOTHING = { heldMicros: 0n, committedMicros: 0n, calls: 0, denials: 0, replays: 0 };

/** What a chunk of events adds to spend by day, to runs and to the calls of a month. */
export class UsageRollup {
  readonly #days = new Map<string, Mutable<DaySpendDelta>>();
  readonly #runs = new Map<string, Mutable<RunDelta>>();
  readonly #runDays = new Map<string, Mutable<RunDaySpendDelta>>();
  readonly #months = new Map<string, Mutable<MonthCallsDelta>>();

  reservationChanged(accountId: AccountId, facts: SpendReserved, before: Reservation, after: Reservation): void {
    const { call, reservedAtMs, resolves, approval } = facts;
    const isNew = before.facts === undefined;
    const spent = contributionDifference(spendOf(before), spendOf(after));
    if (!isCallersOwn(facts)) {
      // What the resolver looks up is nobody's call.
      this.#add(accountId, call, reservedAtMs, spent, isNew && resolves === undefined ? 'priceLooks' : undefined);
      return;
    }
    const endedAtMs = after.outcome.state === 'open' ? reservedAtMs : after.outcome.atMs;
    // What asks for approval is refused as it is; quota and rate have counted it.
    const count = approval === undefined ? 'calls' : 'denials';
    this.#add(accountId, call, reservedAtMs, spent, isNew ? count : undefined);
    this.#addToRun(accountId, call, reservedAtMs, spent, isNew ? count : undefined, endedAtMs);
    if (isNew) this.#addToMonth(accountId, call, reservedAtMs);
  }

  callDenied({ accountId, call, occurredAtMs }: CallDenied): void {
    this.#add(accountId, call, occurredAtMs, NOTHING, 'denials');
    this.#addToRun(accountId, call, occurredAtMs, NOTHING, 'denials', occurredAtMs);
  }

  callReplayed({ accountId, call, occurredAtMs }: CallReplayed): void {
    this.#add(accountId, call, occurredAtMs, NOTHING, 'replays');
    this.#addToRun(accountId, call, occurredAtMs, NOTHING, 'replays', occurredAtMs);
  }

  days(): readonly DaySpendDelta[] {
    return sortedByKey(this.#days);
  }

  runs(): readonly RunDelta[] {
    return sortedByKey(this.#runs);
  }

  runDays(): readonly RunDaySpendDelta[] {
    return sortedByKey(this.#runDays);
  }

  months(): readonly MonthCallsDelta[] {
    return sortedByKey(this.#months);
  }

  #add(accountId: AccountId, call: CallIdentity, atMs: number, spent: Contribution, count: Count | undefined): void {
    const { agentType, provider } = call;
    const names = { accountId, day: localDate(call.timeZone, atMs), agentType, provider, currency: currencyOf(call) };
    const key = Object.values(names).join(' ');
    const row = this.#days.get(key) ?? { ...names, ...NOTHING, priceLooks: 0 };
    this.#days.set(key, row);
    addSpent(row, spent);
    if (count !== undefined) row[count] += 1;
  }

  #addToRun(
    accountId: AccountId,
    call: CallIdentity,
    atMs: number,
    spent: Contribution,
    count: Exclude<Count, 'priceLooks'> | undefined,
    lastAtMs: number,
  ): void {
    const { runId } = call;
    if (runId === undefined) return;
    this.#noteRun(accountId, runId, call, atMs, lastAtMs);
    const names = { accountId, runId, day: localDate(call.timeZone, atMs), currency: currencyOf(call) };
    const key = Object.values(names).join(' ');
    const row = this.#runDays.get(key) ?? { ...names, ...NOTHING };
    this.#runDays.set(key, row);
    addSpent(row, spent);
    if (count !== undefined) row[count] += 1;
  }

  #noteRun(accountId: AccountId, runId: RunId, call: CallIdentity, atMs: number, lastAtMs: number): void {
    const key = `${accountId} ${runId}`;
    const run = this.#runs.get(key);
    this.#runs.set(key, {
      accountId,
      runId,
      agentTypes: new Set(run?.agentTypes).add(call.agentType),
      providers: new Set(run?.providers).add(call.provider),
      firstAtMs: Math.min(run?.firstAtMs ?? atMs, atMs),
      lastAtMs: Math.max(run?.lastAtMs ?? atMs, lastAtMs),
    });
  }

  #addToMonth(accountId: AccountId, { rootKeyId, timeZone }: CallIdentity, atMs: number): void {
    const names = { accountId, rootKeyId, timeZone, month: localDate(timeZone, atMs).slice(0, 7) };
    const key = Object.values(names).join(' ');
    const row = this.#months.get(key) ?? { ...names, calls: 0 };
    this.#months.set(key, row);
    row.calls += 1;
  }
}

// Calls that never had a currency (reads, most denials) are counted under ''.
const currencyOf = ({ amount }: CallIdentity): Currency | '' => amount?.currency ?? '';

function addSpent(row: Mutable<Contribution>, { heldMicros, committedMicros }: Contribution): void {
  row.heldMicros += heldMicros;
  row.committedMicros += committedMicros;
}

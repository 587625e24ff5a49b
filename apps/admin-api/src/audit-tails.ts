import { setTimeout as wait } from 'node:timers/promises';
import type { AuditReports } from '@keybrake/application';
import type { AccountId } from '@keybrake/domain';

const POLL_MS = 200;

/** Looks for changes of one account's audit on behalf of everybody in the process who follows it. */
class AccountPoll {
  readonly #latest: () => Promise<bigint>;
  readonly #stopping = new AbortController();
  #changed = Promise.withResolvers<void>();
  #seen: bigint | undefined;
  followers = 0;

  constructor(latest: () => Promise<bigint>) {
    this.#latest = latest;
    void this.#run();
  }

  /** Resolves when the account's newest change may be another than `position`, or the time is over. */
  async changedFrom(position: bigint, withinMs: number, signal: AbortSignal): Promise<void> {
    if (this.#seen !== undefined && this.#seen > position) return;
    const over = new AbortController();
    const timeout = wait(withinMs, undefined, { signal: AbortSignal.any([over.signal, signal]) }).catch(
      () => undefined,
    );
    await Promise.race([this.#changed.promise, timeout]);
    over.abort();
  }

  stop(): void {
    this.#stopping.abort();
    this.#changed.resolve();
  }

  async #run(): Promise<void> {
    const { signal } = this.#stopping;
    while (!signal.aborted) {
      // While the database is away nothing changes that could be told.
      const latest = await this.#latest().catch(() => this.#seen);
      if (latest !== this.#seen) {
        this.#seen = latest;
        this.#changed.resolve();
        this.#changed = Promise.withResolvers();
      }
      await wait(POLL_MS, undefined, { signal }).catch(() => undefined);
    }
  }
}

/** Everybody who follows the audit in this process: one poll per account, and an end for all of them. */
export class AuditTails {
  readonly #audit: Pick<AuditReports, 'latestChange'>;
  readonly #polls = new Map<AccountId, AccountPoll>();
  readonly #closing = new AbortController();

  constructor(audit: Pick<AuditReports, 'latestChange'>) {
    this.#audit = audit;
  }

  /** Aborts when the process stops. */
  get closing(): AbortSignal {
    return this.#closing.signal;
  }

  /** Runs `work` with the account's poll, which lives as long as somebody uses it. */
  async follow<T>(accountId: AccountId, work: (poll: Pick<AccountPoll, 'changedFrom'>) => Promise<T>): Promise<T> {
    const poll = this.#polls.get(accountId) ?? new AccountPoll(() => this.#audit.latestChange(accountId));
    this.#polls.set(accountId, poll);
    poll.followers += 1;
    try {
      return await work(poll);
    } finally {
      poll.followers -= 1;
      if (poll.followers === 0) {
        poll.stop();
        this.#polls.delete(accountId);
      }
    }
  }

  close(): void {
    this.#closing.abort();
  }
}

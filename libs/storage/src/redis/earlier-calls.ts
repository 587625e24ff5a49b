import type { ReserveCommand, ReserveOutcome } from '@keybrake/application';

/** What the ledger knows of idempotency keys used before the admission store's present life (R8). */
export interface EarlierCalls {
  /** The outcome for a command whose key was used before; undefined when the key is free. Rejects when it can't be known. */
  find(command: ReserveCommand): Promise<ReserveOutcome | undefined>;
}

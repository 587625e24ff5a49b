import type { GovernanceNote } from './governance-store.js';

/** Changes in the order in which they were made, each relayed at least once. */
export interface GovernanceOutbox {
  /** Hands the next notes to `work` and remembers them as relayed when it resolves. How many; 0 when another relays. */
  relay(limit: number, work: (notes: readonly GovernanceNote[]) => Promise<void>): Promise<number>;
}

/** Publishes changes for others: `keybrake.governance.v1`. */
export interface GovernancePublisher {
  publish(notes: readonly GovernanceNote[]): Promise<void>;
}

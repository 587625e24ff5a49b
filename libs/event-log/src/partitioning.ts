import type { AccountId } from '@keybrake/domain';

/**
 * The partition of an account's events. Our own hash (FNV-1a, 32 bit), so that a changed partition count is noticed
 * instead of silently moving accounts, and a budget tree's events stay in one order.
 */
export function partitionOf(accountId: AccountId, partitions: number): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < accountId.length; index += 1) {
    hash = Math.imul(hash ^ accountId.charCodeAt(index), 0x01000193);
  }
  return (hash >>> 0) % partitions;
}

import {
  type AccountId,
  type AuditEntry,
  auditDigestText,
  auditLinkText,
  type CallDenied,
  type CallReplayed,
  denialEntry,
  type Reservation,
  replayEntry,
  reservationEntry,
  type VaultKeyId,
} from '@keybrake/domain';
import type { Digests } from '../ports/digests.js';
import type { AuditHead, AuditLink } from '../ports/ledger-store.js';

/** Hash before a vault key's first link. */
export const CHAIN_START = '0'.repeat(64);

/**
 * Adds links in the order of the log, one for each event that changes an entry, so that any chunking gives one chain.
 * Each is given the log position of its event, and a time that never goes back along its chain: gateways' clocks differ.
 */
export class AuditChain {
  readonly #digests: Pick<Digests, 'sha256'>;
  readonly #heads: Map<VaultKeyId, AuditHead>;
  readonly #entries = new Map<string, AuditEntry>();
  readonly #links: AuditLink[] = [];

  constructor(digests: Pick<Digests, 'sha256'>, heads: ReadonlyMap<VaultKeyId, AuditHead>) {
    this.#digests = digests;
    this.#heads = new Map(heads);
  }

  reservationChanged(reservation: Reservation, position: bigint, atMs: number): void {
    if (reservation.facts !== undefined) this.#add(reservationEntry(reservation.facts, reservation), position, atMs);
  }

  callDenied(event: CallDenied, position: bigint): void {
    this.#add(denialEntry(event), position, event.occurredAtMs);
  }

  callReplayed(event: CallReplayed, position: bigint): void {
    this.#add(replayEntry(event), position, event.occurredAtMs);
  }

  entries(): readonly AuditEntry[] {
    return [...this.#entries.values()];
  }

  links(): readonly AuditLink[] {
    return this.#links;
  }

  #add(entry: AuditEntry, position: bigint, atMs: number): void {
    const vaultKeyId = entry.vaultKeyId as VaultKeyId;
    const head = this.#heads.get(vaultKeyId) ?? { sequence: 0n, hash: CHAIN_START, madeAtMs: 0 };
    const madeAtMs = Math.max(atMs, head.madeAtMs);
    const sequence = head.sequence + 1n;
    const contentHash = this.#digests.sha256(auditDigestText(entry));
    const hash = this.#digests.sha256(auditLinkText(head.hash, Number(sequence), entry.id, contentHash));
    const accountId = entry.accountId as AccountId;
    this.#links.push({
      accountId,
      vaultKeyId,
      sequence,
      entryId: entry.id,
      position,
      madeAtMs,
      contentHash,
      previousHash: head.hash,
      hash,
    });
    this.#heads.set(vaultKeyId, { sequence, hash, madeAtMs });
    this.#entries.set(entry.id, entry);
  }
}

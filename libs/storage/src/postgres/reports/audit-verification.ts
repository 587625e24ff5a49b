import { type AuditVerification, CHAIN_START, type Digests } from '@keybrake/application';
import { type AccountId, auditDigestText, auditLinkText } from '@keybrake/domain';
import type { Queryable } from '../database.js';
import { type AuditRow, toAuditEntry } from './audit-rows.js';
import * as sql from './verification-statements.js';

type LinkedRow = (AuditRow | { readonly id: null }) & {
  readonly sequence: bigint;
  readonly entry_id: string;
  readonly content_hash: string;
  readonly previous_hash: string;
  readonly link_hash: string;
  /** True for the entry's last link: its content hash is that of the row as it stands. */
  readonly is_last: boolean;
};

interface Place {
  readonly sequence: bigint;
  readonly hash: string;
}

export interface BrokenHead {
  readonly day: string;
  readonly vault_key_id: string;
  readonly sequence: bigint;
  readonly is_missing: boolean;
}

const LINKS_AT_A_TIME = 1_000;

/** Walks the chains of an account's vault keys from their start; each reads a bounded number of links at a time. */
export class ChainWalk {
  readonly #db: Queryable;
  readonly #digests: Pick<Digests, 'sha256'>;
  readonly #accountId: AccountId;

  constructor(db: Queryable, digests: Pick<Digests, 'sha256'>, accountId: AccountId) {
    this.#db = db;
    this.#digests = digests;
    this.#accountId = accountId;
  }

  /**
   * Names the first thing of a chain that is not as it was written: an edited or removed entry, a missing or reordered
   * link, a cut-off end, an entry that no link knows, a link that is not what a checkpoint has on record.
   */
  async verify(vaultKeyId: string): Promise<AuditVerification> {
    let place: Place = { sequence: 0n, hash: CHAIN_START };
    for (;;) {
      const walked = await this.#walk(vaultKeyId, place);
      if ('valid' in walked) return walked;
      place = walked;
      const { rows } = await this.#db.query<Place>(sql.HEAD, [this.#accountId, vaultKeyId]);
      const head = rows[0] ?? { sequence: 0n, hash: CHAIN_START };
      if (head.sequence === place.sequence && head.hash === place.hash) break;
      // The ledger may have added links meanwhile; if not, they are gone.
      if (head.sequence <= place.sequence || !(await this.#hasLinkAfter(vaultKeyId, place.sequence)))
        return broken(place.sequence + 1n, null, 'the end of the chain is missing');
    }
    return this.#verifyRest(vaultKeyId, place);
  }

  /** To the chain's last link, or to the first problem. */
  async #walk(vaultKeyId: string, from: Place): Promise<Place | AuditVerification> {
    let { sequence, hash } = from;
    for (;;) {
      const links = await this.#links(vaultKeyId, sequence, LINKS_AT_A_TIME);
      for (const link of links) {
        const problem = problemOf(this.#digests, link, sequence + 1n, hash);
        if (problem !== undefined) return broken(sequence + 1n, link.entry_id, problem);
        sequence = link.sequence;
        hash = link.link_hash;
      }
      if (links.length < LINKS_AT_A_TIME) return { sequence, hash };
    }
  }

  async #links(vaultKeyId: string, after: bigint, limit: number): Promise<readonly LinkedRow[]> {
    const values = [this.#accountId, vaultKeyId, after.toString(), limit];
    return (await this.#db.query<LinkedRow>(sql.LINKS, values)).rows;
  }

  async #hasLinkAfter(vaultKeyId: string, sequence: bigint): Promise<boolean> {
    return (await this.#links(vaultKeyId, sequence, 1)).length > 0;
  }

  async #verifyRest(vaultKeyId: string, { sequence, hash }: Place): Promise<AuditVerification> {
    const strays = await this.#db.query<{ id: string }>(sql.STRAYS, [this.#accountId, vaultKeyId]);
    const stray = strays.rows[0];
    if (stray !== undefined) return broken(sequence + 1n, stray.id, 'the entry is in no link');
    const heads = await this.#db.query<BrokenHead>(sql.BROKEN_HEADS, [this.#accountId, vaultKeyId, null]);
    const head = heads.rows[0];
    if (head !== undefined) return broken(head.sequence, null, brokenHeadProblem(head));
    return { valid: true, links: Number(sequence), headHash: hash };
  }
}

function problemOf(
  digests: Pick<Digests, 'sha256'>,
  link: LinkedRow,
  expectedSequence: bigint,
  previousHash: string,
): string | undefined {
  if (link.sequence !== expectedSequence) return `link ${expectedSequence} is missing`;
  if (link.previous_hash !== previousHash) return 'the link does not follow the one before it';
  const text = auditLinkText(previousHash, Number(link.sequence), link.entry_id, link.content_hash);
  if (link.link_hash !== digests.sha256(text)) return 'the link was edited';
  if (link.id === null) return 'the entry was removed';
  if (link.is_last && digests.sha256(auditDigestText(toAuditEntry(link))) !== link.content_hash)
    return 'the entry was edited';
  return undefined;
}

export const brokenHeadProblem = ({ day, sequence, is_missing: isMissing }: BrokenHead): string =>
  isMissing
    ? `the checkpoint of ${day} knows link ${sequence}, which is gone: the chain was cut off`
    : `link ${sequence} is not the one in the checkpoint of ${day}: the chain was written anew`;

const broken = (sequence: bigint, entryId: string | null, problem: string): AuditVerification => ({
  valid: false,
  links: Number(sequence - 1n),
  sequence: sequence.toString(),
  entryId,
  problem,
});

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

/** A link of a chain, by its number and hash. */
export interface Place {
  readonly sequence: bigint;
  readonly hash: string;
}

export interface BrokenHead {
  readonly day: string;
  readonly vault_key_id: string;
  readonly sequence: bigint;
  readonly is_missing: boolean;
}

interface BrokenBase {
  readonly sequence: bigint;
  readonly is_other: boolean;
}

const LINKS_AT_A_TIME = 1_000;
const START: Place = { sequence: 0n, hash: CHAIN_START };

/** A chain is not as it was written. */
type Broken = Extract<AuditVerification, { valid: false }>;

/**
 * Walks the chains of an account's vault keys, from their start or from what was dropped of them; each reads a bounded number
 * of links at a time.
 */
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
    const base = await this.#base(vaultKeyId);
    let place = base;
    for (;;) {
      const walked = await this.#walk(vaultKeyId, place);
      if ('valid' in walked) return walked;
      place = walked;
      const { rows } = await this.#db.query<Place>(sql.HEAD, [this.#accountId, vaultKeyId]);
      const head = rows[0] ?? START;
      if (head.sequence === place.sequence && head.hash === place.hash) break;
      // The ledger may have added links meanwhile; if not, they are gone.
      if (head.sequence <= place.sequence || !(await this.#hasLinkAfter(vaultKeyId, place.sequence)))
        return broken(base, place.sequence + 1n, null, 'the end of the chain is missing');
    }
    return this.#verifyRest(vaultKeyId, base, place);
  }

  /**
   * The part up to a link that is about to be dropped with the entries that began before a moment: also those of which
   * later links tell the end.
   */
  async verifyUntil(vaultKeyId: string, until: Place, beforeMs: number): Promise<Broken | undefined> {
    const base = await this.#base(vaultKeyId);
    const walked = await this.#walk(vaultKeyId, base, until.sequence);
    if ('valid' in walked) return walked;
    if (walked.hash !== until.hash) return broken(base, until.sequence, null, 'the link was edited');
    return (await this.#brokenLater(vaultKeyId, base, until, beforeMs)) ?? (await this.#brokenRecord(vaultKeyId, base));
  }

  /** Where the first link that is there has to follow. */
  async #base(vaultKeyId: string): Promise<Place> {
    const { rows } = await this.#db.query<Place>(sql.BASE, [this.#accountId, vaultKeyId]);
    return rows[0] ?? START;
  }

  /** To the chain's last link, or one before it, or to the first problem. */
  async #walk(vaultKeyId: string, from: Place, until?: bigint): Promise<Place | Broken> {
    let { sequence, hash } = from;
    for (;;) {
      const left = until === undefined ? LINKS_AT_A_TIME : Math.min(LINKS_AT_A_TIME, Number(until - sequence));
      const links = await this.#links(vaultKeyId, sequence, left);
      for (const link of links) {
        const problem = problemOf(this.#digests, link, sequence + 1n, hash);
        if (problem !== undefined) return broken(from, sequence + 1n, link.entry_id, problem);
        sequence = link.sequence;
        hash = link.link_hash;
      }
      if (links.length < LINKS_AT_A_TIME || sequence === until) return { sequence, hash };
    }
  }

  async #links(vaultKeyId: string, after: bigint, limit: number): Promise<readonly LinkedRow[]> {
    const values = [this.#accountId, vaultKeyId, after.toString(), limit];
    return (await this.#db.query<LinkedRow>(sql.LINKS, values)).rows;
  }

  async #hasLinkAfter(vaultKeyId: string, sequence: bigint): Promise<boolean> {
    return (await this.#links(vaultKeyId, sequence, 1)).length > 0;
  }

  /** Entries that began before a moment and have links behind the place, as the last of these tell them. */
  async #brokenLater(
    vaultKeyId: string,
    base: Place,
    { sequence }: Place,
    beforeMs: number,
  ): Promise<Broken | undefined> {
    let after = sequence;
    for (;;) {
      const values = [this.#accountId, vaultKeyId, after.toString(), beforeMs, LINKS_AT_A_TIME];
      const { rows } = await this.#db.query<LinkedRow>(sql.LATER_LINKS, values);
      const edited = rows.find((link) => isEdited(this.#digests, link));
      if (edited !== undefined) return broken(base, edited.sequence, edited.entry_id, 'the entry was edited');
      if (rows.length < LINKS_AT_A_TIME) return undefined;
      after = rows.at(-1)?.sequence ?? after;
    }
  }

  /** What stands beside the ledger about the chain: checkpoints, and what was dropped. */
  async #brokenRecord(vaultKeyId: string, base: Place): Promise<Broken | undefined> {
    const values = [this.#accountId, vaultKeyId];
    const heads = await this.#db.query<BrokenHead>(sql.BROKEN_HEADS, [...values, null]);
    const head = heads.rows[0];
    if (head !== undefined) return broken(base, head.sequence, null, brokenHeadProblem(head));
    const bases = await this.#db.query<BrokenBase>(sql.BROKEN_BASES, values);
    const other = bases.rows[0];
    return other && broken(base, other.sequence, null, brokenBaseProblem(other));
  }

  async #verifyRest(vaultKeyId: string, base: Place, { sequence, hash }: Place): Promise<AuditVerification> {
    const strays = await this.#db.query<{ id: string }>(sql.STRAYS, [this.#accountId, vaultKeyId]);
    const stray = strays.rows[0];
    if (stray !== undefined) return broken(base, sequence + 1n, stray.id, 'the entry is in no link');
    const links = Number(sequence - base.sequence);
    return (
      (await this.#brokenRecord(vaultKeyId, base)) ?? {
        valid: true,
        links,
        prunedLinks: Number(base.sequence),
        headHash: hash,
      }
    );
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
  return isEdited(digests, link) ? 'the entry was edited' : undefined;
}

const isEdited = (digests: Pick<Digests, 'sha256'>, link: LinkedRow): boolean =>
  link.id !== null && link.is_last && digests.sha256(auditDigestText(toAuditEntry(link))) !== link.content_hash;

export const brokenHeadProblem = ({ day, sequence, is_missing: isMissing }: BrokenHead): string =>
  isMissing
    ? `the checkpoint of ${day} knows link ${sequence}, which is gone: the chain was cut off`
    : `link ${sequence} is not the one in the checkpoint of ${day}: the chain was written anew`;

const brokenBaseProblem = ({ sequence, is_other: isOther }: BrokenBase): string =>
  isOther
    ? `link ${sequence} is not the one that was dropped: the chain was written anew`
    : `links up to ${sequence} are gone, and no checkpoint knows of them`;

const broken = (base: Place, sequence: bigint, entryId: string | null, problem: string): Broken => ({
  valid: false,
  links: Math.max(0, Number(sequence - 1n - base.sequence)),
  prunedLinks: Number(base.sequence),
  sequence: sequence.toString(),
  entryId,
  problem,
});

import {
  type AccountVerification,
  CHAIN_START,
  type CheckpointsVerification,
  type Digests,
} from '@keybrake/application';
import { type AccountId, checkpointText, dayAfter } from '@keybrake/domain';
import type { Queryable } from '../database.js';
import { type BrokenHead, brokenHeadProblem, ChainWalk } from './audit-verification.js';
import * as sql from './verification-statements.js';

export interface CheckpointRow {
  readonly day: string;
  readonly keys: bigint;
  readonly links: bigint;
  readonly hash: string;
  readonly previous_hash: string;
}

const CHECKPOINTS_AT_A_TIME = 100;

/** Every chain of the account up to the first that is broken, and its checkpoints. */
export async function verifyAccount(
  db: Queryable,
  digests: Pick<Digests, 'sha256'>,
  accountId: AccountId,
): Promise<AccountVerification> {
  const walk = new ChainWalk(db, digests, accountId);
  let keys = 0;
  let links = 0;
  let prunedLinks = 0;
  let firstBad: AccountVerification['firstBad'] = null;
  let vaultKeyId = await nextKey(db, accountId, '');
  while (vaultKeyId !== null && firstBad === null) {
    const found = await walk.verify(vaultKeyId);
    keys += 1;
    links += found.links;
    prunedLinks += found.prunedLinks;
    if (!found.valid) {
      const { sequence, entryId, problem } = found;
      firstBad = { vaultKeyId, sequence, entryId, problem };
    }
    vaultKeyId = await nextKey(db, accountId, vaultKeyId);
  }
  const checkpoints = await verifyCheckpoints(db, digests, accountId);
  return { valid: firstBad === null && checkpoints.valid, keys, links, prunedLinks, firstBad, checkpoints };
}

async function nextKey(db: Queryable, accountId: AccountId, after: string): Promise<string | null> {
  const { rows } = await db.query<{ vault_key_id: string | null }>(sql.NEXT_KEY, [accountId, after]);
  return rows[0]?.vault_key_id ?? null;
}

/** The account's checkpoints, one after the other, each against the chains. */
export async function verifyCheckpoints(
  db: Queryable,
  digests: Pick<Digests, 'sha256'>,
  accountId: AccountId,
): Promise<CheckpointsVerification> {
  let count = 0;
  let before: CheckpointRow | undefined;
  for (;;) {
    const values = [accountId, before?.day ?? '', CHECKPOINTS_AT_A_TIME];
    const { rows } = await db.query<CheckpointRow>(sql.CHECKPOINTS_UP, values);
    for (const row of rows) {
      const problem = await checkpointProblem(db, digests, accountId, row, before);
      if (problem !== undefined) return { count, valid: false, firstBad: { day: row.day, problem } };
      count += 1;
      before = row;
    }
    if (rows.length < CHECKPOINTS_AT_A_TIME) return { count, valid: true, firstBad: null };
  }
}

async function checkpointProblem(
  db: Queryable,
  digests: Pick<Digests, 'sha256'>,
  accountId: AccountId,
  { day, keys, links, hash, previous_hash: previousHash }: CheckpointRow,
  before: CheckpointRow | undefined,
): Promise<string | undefined> {
  if (previousHash !== (before?.hash ?? CHAIN_START)) return 'the checkpoint does not follow the one before it';
  if (before !== undefined && day !== dayAfter(before.day)) return 'the checkpoint of the day before is missing';
  const heads = await db.query<{ vault_key_id: string; sequence: bigint; hash: string }>(sql.HEADS_OF_DAY, [
    accountId,
    day,
  ]);
  const movedHeads = heads.rows.map((row) => ({ ...row, vaultKeyId: row.vault_key_id }));
  const text = checkpointText({ accountId, day, keys: Number(keys), links, movedHeads, previousHash });
  if (digests.sha256(text) !== hash) return 'the checkpoint was edited';
  const { rows } = await db.query<BrokenHead>(sql.BROKEN_HEADS, [accountId, null, day]);
  const broken = rows[0];
  return broken === undefined ? undefined : `vault key ${broken.vault_key_id}: ${brokenHeadProblem(broken)}`;
}

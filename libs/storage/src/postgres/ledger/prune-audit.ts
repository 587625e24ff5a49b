import { type Digests, TamperedAudit, type VerifiedChain } from '@keybrake/application';
import { type AccountId, utcDay } from '@keybrake/domain';
import { type Client, type Pool, slowly, transaction } from '../database.js';
import { verifyCheckpoints } from '../reports/account-verification.js';
import { ChainWalk, type Place } from '../reports/audit-verification.js';
import * as sql from './pruning-statements.js';
import { lockPartitions, type Partition, partitionsOf, SPLIT_TABLES } from './split-tables.js';

/** A statement that reads a month's rows takes longer than a call's may. */
const SLOW_MS = 600_000;

function slowTransaction<T>(pool: Pool, work: (client: Client) => Promise<T>): Promise<T> {
  return transaction(pool, async (client) => {
    await client.query(`set local statement_timeout = ${SLOW_MS}`);
    return work(client);
  });
}

/** Why months up to a moment can't be dropped yet. */
export async function obstacleBefore(pool: Pool, beforeMs: number): Promise<string | undefined> {
  const open = await pool.query<{ reservation_id: string }>(sql.OPEN_CALL, [beforeMs]);
  const [call] = open.rows;
  if (call !== undefined) return `call ${call.reservation_id}, which began in it or on the day after, has not ended`;
  const unsealed = await pool.query<{ account_id: string }>(sql.UNSEALED_ACCOUNT, [utcDay(beforeMs)]);
  const [account] = unsealed.rows;
  return account && `account ${account.account_id} has no checkpoint of a later day`;
}

interface ChainRow {
  readonly account_id: AccountId;
  readonly vault_key_id: string;
}

/** Each chain up to its last link before a moment, the checkpoints of its account, and that no entry stands outside. */
export async function verifyBefore(
  pool: Pool,
  digests: Pick<Digests, 'sha256'>,
  beforeMs: number,
): Promise<readonly VerifiedChain[]> {
  const chains: VerifiedChain[] = [];
  let after: ChainRow = { account_id: '' as AccountId, vault_key_id: '' };
  for (;;) {
    const { rows } = await pool.query<ChainRow>(sql.NEXT_CHAIN, [beforeMs, after.account_id, after.vault_key_id]);
    const [chain] = rows;
    if (chain === undefined) break;
    if (chain.account_id !== after.account_id) await checkCheckpoints(pool, digests, chain.account_id);
    chains.push(await verifyChain(pool, digests, chain, beforeMs));
    after = chain;
  }
  const { rows } = await slowTransaction(pool, (client) => client.query(slowly(SLOW_MS, sql.STRAY, [beforeMs])));
  const stray = rows[0] as { id: string; account_id: string } | undefined;
  if (stray !== undefined) throw new TamperedAudit(`account ${stray.account_id}: entry ${stray.id} is in no link`);
  return chains;
}

async function checkCheckpoints(pool: Pool, digests: Pick<Digests, 'sha256'>, accountId: AccountId): Promise<void> {
  const { firstBad } = await verifyCheckpoints(pool, digests, accountId);
  if (firstBad === null) return;
  throw new TamperedAudit(`account ${accountId}, checkpoint of ${firstBad.day}: ${firstBad.problem}`);
}

async function verifyChain(
  pool: Pool,
  digests: Pick<Digests, 'sha256'>,
  { account_id: accountId, vault_key_id: vaultKeyId }: ChainRow,
  beforeMs: number,
): Promise<VerifiedChain> {
  const { rows } = await pool.query<Place>(sql.LAST_LINK, [beforeMs, accountId, vaultKeyId]);
  const last = rows[0] as Place;
  const bad = await new ChainWalk(pool, digests, accountId).verifyUntil(vaultKeyId, last, beforeMs);
  if (bad === undefined) return { accountId, vaultKeyId, ...last };
  throw new TamperedAudit(`account ${accountId}, vault key ${vaultKeyId}, link ${bad.sequence}: ${bad.problem}`);
}

/** The locks that writers wait for are taken first, those that readers wait for at the end. */
export async function dropBefore(
  pool: Pool,
  beforeMs: number,
  chains: readonly VerifiedChain[],
  nowMs: number,
): Promise<void> {
  const rows = JSON.stringify(
    chains.map(({ accountId, vaultKeyId, sequence, hash }) => ({
      account_id: accountId,
      vault_key_id: vaultKeyId,
      sequence: sequence.toString(),
      hash,
    })),
  );
  await slowTransaction(pool, async (client) => {
    await lockPartitions(client);
    const due = new Map<string, readonly Partition[]>();
    for (const split of SPLIT_TABLES) {
      const months = (await partitionsOf(client, split)).filter(({ untilMs }) => untilMs <= beforeMs);
      const names = [...months.map(({ name }) => name), `ledger.${split.table}_rest`];
      await client.query(`lock table ${names.join(', ')} in share mode`);
      due.set(split.table, months);
    }
    const changed = await client.query(slowly(SLOW_MS, sql.CHANGED_CHAIN, [beforeMs, rows]));
    if (changed.rows.length > 0) throw new Error(`a chain has changed since it was verified`);
    await client.query(slowly(SLOW_MS, sql.KEEP_ACCOUNTS, [beforeMs]));
    await client.query(slowly(SLOW_MS, sql.keepTold(beforeMs)));
    await client.query(slowly(SLOW_MS, sql.NOTE_CHAINS, [beforeMs, rows, nowMs]));
    await client.query(slowly(SLOW_MS, sql.DROP_UNTOLD, [beforeMs]));
    for (const { table, time } of SPLIT_TABLES) {
      for (const { name } of due.get(table) ?? []) await client.query(`drop table ${name}`);
      await client.query(`delete from ledger.${table}_rest where ${time} < ${beforeMs}`);
    }
    await client.query(sql.PUT_BACK);
  });
}

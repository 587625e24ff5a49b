import { type AuditVerification, CHAIN_START, type Digests } from '@keybrake/application';
import { type AccountId, auditDigestText, auditLinkText, type VaultKeyId } from '@keybrake/domain';
import type { Pool } from '../database.js';
import { type AuditRow, toAuditEntry } from './audit-rows.js';

interface LinkRow {
  sequence: bigint;
  entry_id: string;
  content_hash: string;
  previous_hash: string;
  hash: string;
  /** True for the entry's last link: its content hash is that of the row as it stands. */
  is_last: boolean;
}

const LINKS_AT_A_TIME = 1_000;

const LINKS = `
select l.sequence, l.entry_id, l.content_hash, l.previous_hash, l.hash,
       not exists (select 1 from ledger.audit_links n where n.entry_id = l.entry_id and n.sequence > l.sequence) as is_last
  from ledger.audit_links l
 where l.vault_key_id = $1::text and l.sequence > $2::bigint
 order by l.sequence limit $3::integer`;

const ENTRIES = 'select * from ledger.audit_entries a where a.id = any($1::text[])';

const HEAD =
  'select h.sequence, h.hash from ledger.audit_heads h where h.account_id = $1::text and h.vault_key_id = $2::text';

const STRAYS = `
select a.id from ledger.audit_entries a
 where a.account_id = $1::text and a.vault_key_id = $2::text
   and not exists (select 1 from ledger.audit_links l where l.entry_id = a.id and l.vault_key_id = a.vault_key_id)
 limit 1`;

/**
 * Walks a vault key's chain from its start and names the first thing that is not as it was written: an edited or removed
 * entry, a missing or reordered link, a cut-off end, an entry that no link knows.
 */
export async function verifyAuditChain(
  pool: Pool,
  digests: Pick<Digests, 'sha256'>,
  accountId: AccountId,
  vaultKeyId: VaultKeyId,
): Promise<AuditVerification> {
  let sequence = 0n;
  let hash = CHAIN_START;
  for (;;) {
    const { rows: links } = await pool.query<LinkRow>(LINKS, [vaultKeyId, sequence.toString(), LINKS_AT_A_TIME]);
    const { rows } = await pool.query<AuditRow>(ENTRIES, [links.map((link) => link.entry_id)]);
    const entries = new Map(rows.map((row) => [row.id, row]));
    for (const link of links) {
      const problem = problemOf(digests, link, sequence + 1n, hash, entries.get(link.entry_id));
      if (problem !== undefined) return broken(sequence + 1n, link.entry_id, problem);
      sequence = link.sequence;
      hash = link.hash;
    }
    if (links.length < LINKS_AT_A_TIME) break;
  }
  return verifyEnd(pool, accountId, vaultKeyId, sequence, hash);
}

function problemOf(
  digests: Pick<Digests, 'sha256'>,
  link: LinkRow,
  expectedSequence: bigint,
  previousHash: string,
  row: AuditRow | undefined,
): string | undefined {
  if (link.sequence !== expectedSequence) return `link ${expectedSequence} is missing`;
  if (link.previous_hash !== previousHash) return 'the link does not follow the one before it';
  const expectedHash = digests.sha256(
    auditLinkText(previousHash, Number(link.sequence), link.entry_id, link.content_hash),
  );
  if (link.hash !== expectedHash) return 'the link was edited';
  if (row === undefined) return 'the entry was removed';
  if (link.is_last && digests.sha256(auditDigestText(toAuditEntry(row))) !== link.content_hash)
    return 'the entry was edited';
  return undefined;
}

async function verifyEnd(
  pool: Pool,
  accountId: AccountId,
  vaultKeyId: VaultKeyId,
  sequence: bigint,
  hash: string,
): Promise<AuditVerification> {
  const { rows: heads } = await pool.query<{ sequence: bigint; hash: string }>(HEAD, [accountId, vaultKeyId]);
  const head = heads[0] ?? { sequence: 0n, hash: CHAIN_START };
  if (head.sequence !== sequence || head.hash !== hash)
    return broken(sequence + 1n, null, 'the end of the chain is missing');
  const { rows: strays } = await pool.query<{ id: string }>(STRAYS, [accountId, vaultKeyId]);
  const stray = strays[0];
  if (stray !== undefined) return broken(sequence + 1n, stray.id, 'the entry is in no link');
  return { valid: true, links: Number(sequence), headHash: hash };
}

const broken = (sequence: bigint, entryId: string | null, problem: string): AuditVerification => ({
  valid: false,
  links: Number(sequence - 1n),
  sequence: sequence.toString(),
  entryId,
  problem,
});

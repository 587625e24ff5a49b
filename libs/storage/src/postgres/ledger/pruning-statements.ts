// $1: the end of the month, in milliseconds; nothing of it is younger.

const DAY_MS = 86_400_000;

// Whoever looks for the calls beside one in doubt, which clocks may put a little before it, still has to find them.
export const OPEN_CALL = `
select r.reservation_id from ledger.reservations r
 where r.state = 'open' and r.reserved_at_ms < $1::bigint + ${DAY_MS}
 order by r.reserved_at_ms limit 1`;

/** $1: the day that begins where the month ends. */
export const UNSEALED_ACCOUNT = `
select h.account_id from (select distinct account_id from ledger.audit_heads) h
 where not exists (select 1 from audit.checkpoints c where c.account_id = h.account_id and c.day >= $1::text)
 order by h.account_id limit 1`;

// Two steps through the key's index, one for each chain.
export const NEXT_CHAIN = `
select l.account_id, l.vault_key_id from ledger.audit_links l
 where (l.account_id, l.vault_key_id) > ($2::text, $3::text) and l.made_at_ms < $1::bigint
 order by l.account_id, l.vault_key_id limit 1`;

export const LAST_LINK = `
select l.sequence, l.hash from ledger.audit_links l
 where l.account_id = $2::text and l.vault_key_id = $3::text and l.made_at_ms < $1::bigint
 order by l.sequence desc limit 1`;

export const STRAY = `
select a.id, a.account_id, a.vault_key_id from ledger.audit_entries a
 where a.started_at_ms < $1::bigint
   and not exists (select 1 from ledger.audit_links l
                    where l.entry_id = a.id and l.account_id = a.account_id and l.vault_key_id = a.vault_key_id)
 limit 1`;

// Chains that have another last link than the one that was verified.
export const CHANGED_CHAIN = `
with verified as (
  select * from json_to_recordset($2::json) as v (account_id text, vault_key_id text, sequence bigint, hash text)
), found as (
  select distinct on (l.account_id, l.vault_key_id) l.account_id, l.vault_key_id, l.sequence, l.hash
    from ledger.audit_links l where l.made_at_ms < $1::bigint
   order by l.account_id, l.vault_key_id, l.sequence desc
)
select vault_key_id from verified v full join found f using (account_id, vault_key_id)
 where v.sequence is distinct from f.sequence or v.hash is distinct from f.hash limit 1`;

// Of a ledger that was folded anew, chains may begin here already.
export const NOTE_CHAINS = `
insert into audit.pruned_chains (account_id, vault_key_id, sequence, hash, before_ms, pruned_at_ms)
select v.account_id, v.vault_key_id, v.sequence, v.hash, $1::bigint, $3::bigint
  from json_to_recordset($2::json) as v (account_id text, vault_key_id text, sequence bigint, hash text)
on conflict do nothing`;

/** Entries that began before and have links that stay. A table can't be made with parameters. */
export const keepTold = (beforeMs: number) => `
create temporary table told_later on commit drop as
select a.* from ledger.audit_entries a
 where a.started_at_ms < ${beforeMs}
   and exists (select 1 from ledger.audit_links l where l.entry_id = a.id and l.made_at_ms >= ${beforeMs})`;

export const PUT_BACK = 'insert into ledger.audit_entries select * from told_later';

// Where clocks differ, all links of an entry can be of the month before its own: they go together.
export const DROP_UNTOLD = `
delete from ledger.audit_entries a
 where a.started_at_ms >= $1::bigint and a.started_at_ms < $1::bigint + ${DAY_MS}
   and exists (select 1 from ledger.audit_links l where l.entry_id = a.id and l.made_at_ms < $1::bigint)
   and not exists (select 1 from ledger.audit_links l where l.entry_id = a.id and l.made_at_ms >= $1::bigint)`;

export const KEEP_ACCOUNTS = `
insert into ledger.partition_accounts (partition, account_id)
select distinct e.partition, e.account_id from ledger.events e where e.occurred_at_ms < $1::bigint
on conflict do nothing`;

const LINK = `
select l.sequence, l.entry_id, l.content_hash, l.previous_hash, l.hash as link_hash,
       not exists (select 1 from ledger.audit_links n
                    where n.entry_id = l.entry_id and n.account_id = l.account_id and n.vault_key_id = l.vault_key_id
                      and n.sequence > l.sequence) as is_last,
       a.*
  from ledger.audit_links l
  left join ledger.audit_entries a on a.id = l.entry_id and a.account_id = l.account_id
 where l.account_id = $1::text and l.vault_key_id = $2::text and l.sequence > $3::bigint`;

// A link, whether it is its entry's last one in this chain, and the entry as it stands.
export const LINKS = `${LINK}
 order by l.sequence limit $4::integer`;

export const LATER_LINKS = `${LINK} and a.started_at_ms < $4::bigint
 order by l.sequence limit $5::integer`;

// The last of the dropped links before the first that is there: a ledger that was folded anew has some of them again.
export const BASE = `
select p.sequence, p.hash from audit.pruned_chains p
 where p.account_id = $1::text and p.vault_key_id = $2::text
   and p.sequence < coalesce((select min(l.sequence) from ledger.audit_links l
                               where l.account_id = p.account_id and l.vault_key_id = p.vault_key_id), 9223372036854775807)
 order by p.sequence desc limit 1`;

// A dropped link that is there again as another one, or that no checkpoint had sealed: nobody would have dropped it.
export const BROKEN_BASES = `
select p.sequence, l.hash is not null and l.hash <> p.hash as is_other
  from audit.pruned_chains p
  left join ledger.audit_links l
    on l.account_id = p.account_id and l.vault_key_id = p.vault_key_id and l.sequence = p.sequence
 where p.account_id = $1::text and p.vault_key_id = $2::text
   and (l.hash <> p.hash
        or not exists (select 1 from audit.checkpoint_heads c
                        where c.account_id = p.account_id and c.vault_key_id = p.vault_key_id and c.sequence >= p.sequence))
 order by p.sequence limit 1`;

export const HEAD =
  'select h.sequence, h.hash from ledger.audit_heads h where h.account_id = $1::text and h.vault_key_id = $2::text';

export const STRAYS = `
select a.id from ledger.audit_entries a
 where a.account_id = $1::text and a.vault_key_id = $2::text
   and not exists (select 1 from ledger.audit_links l
                    where l.entry_id = a.id and l.account_id = a.account_id and l.vault_key_id = a.vault_key_id)
 limit 1`;

// The next vault key that anything knows of: its chain may be gone while a checkpoint, or an entry, is left.
export const NEXT_KEY = `
select min(k.vault_key_id) as vault_key_id from (
  (select h.vault_key_id from ledger.audit_heads h
    where h.account_id = $1::text and h.vault_key_id > $2::text order by h.vault_key_id limit 1)
  union all
  (select l.vault_key_id from ledger.audit_links l
    where l.account_id = $1::text and l.vault_key_id > $2::text order by l.vault_key_id limit 1)
  union all
  (select a.vault_key_id from ledger.audit_entries a
    where a.account_id = $1::text and a.vault_key_id > $2::text order by a.vault_key_id limit 1)
  union all
  (select c.vault_key_id from audit.checkpoint_heads c
    where c.account_id = $1::text and c.vault_key_id > $2::text order by c.vault_key_id limit 1)
) k`;

// What a checkpoint says of a chain, and the chain does not: one vault key's, or one day's. What was dropped had the hash that
// is on record, or lies before such a link: hashes chain forward.
export const BROKEN_HEADS = `
select c.day, c.vault_key_id, c.sequence, l.hash is null and p.hash is null as is_missing
  from audit.checkpoint_heads c
  left join ledger.audit_links l
    on l.account_id = c.account_id and l.vault_key_id = c.vault_key_id and l.sequence = c.sequence
  left join audit.pruned_chains p
    on p.account_id = c.account_id and p.vault_key_id = c.vault_key_id and p.sequence = c.sequence
 where c.account_id = $1::text and ($2::text is null or c.vault_key_id = $2::text) and ($3::text is null or c.day = $3::text)
   and case when coalesce(l.hash, p.hash) <> c.hash then true when coalesce(l.hash, p.hash) = c.hash then false
            else c.sequence > coalesce((select max(q.sequence) from audit.pruned_chains q
                                         where q.account_id = c.account_id and q.vault_key_id = c.vault_key_id), 0) end
 order by c.day, c.vault_key_id limit 1`;

export const CHECKPOINTS_UP = `
select c.day, c.keys, c.links, c.hash, c.previous_hash from audit.checkpoints c
 where c.account_id = $1::text and c.day > $2::text order by c.day limit $3::integer`;

export const CHECKPOINTS_DOWN = `
select c.day, c.keys, c.links, c.hash, c.previous_hash, c.created_at_ms from audit.checkpoints c
 where c.account_id = $1::text and ($2::text is null or c.day < $2::text) order by c.day desc limit $3::integer`;

export const HEADS_OF_DAY = `
select c.vault_key_id, c.sequence, c.hash from audit.checkpoint_heads c where c.account_id = $1::text and c.day = $2::text`;

export const CALL = `
select a.*, r.reservation_id, r.facts, r.outcome, r.released_as_unexecuted, r.true_up,
       v.document ->> 'name' as policy_name, k.label as key_label
  from ledger.audit_entries a
  left join ledger.reservations r on r.reservation_id = a.id
  left join governance.policy_versions v
    on v.account_id = a.account_id and v.policy_id = a.policy_id and v.version = a.policy_version
  left join governance.vault_keys k on k.account_id = a.account_id and k.key_id = a.vault_key_id
 where a.account_id = $1::text and a.id = $2::text`;

export const CALL_CHANGES = `
select c.* from ledger.balance_changes c
 where c.reservation_id = $2::text and c.account_id = $1::text
 order by c.counter, c.window_id, c.sequence`;

export const CALL_LINKS = `
select l.sequence, l.content_hash, l.previous_hash, l.hash from ledger.audit_links l
 where l.entry_id = $1::text and l.vault_key_id = $2::text order by l.sequence`;

// $3: the text of a replay of it; $4, $5: the call that it replays, the call that it was looked up for.
export const RELATED_CALLS = `
select a.id, x.relation, a.decision, a.started_at_ms
  from ((select e.id, 'replay' as relation from ledger.audit_entries e
          where e.message = $3::text and e.decision = 'replayed' and e.account_id = $1::text
          order by e.started_at_ms limit 100)
        union all
        (select r.reservation_id, 'look_up' from ledger.reservations r
          where coalesce(r.facts ->> 'resolves', r.facts ->> 'pricesFor') = $2::text and r.account_id = $1::text
          order by r.reserved_at_ms limit 100)
        union all select $4::text, 'original'
        union all select $5::text, 'looked_up_for') x
  join ledger.audit_entries a on a.id = x.id and a.account_id = $1::text
 order by a.started_at_ms, a.id`;

-- Where chains begin whose first months were dropped. Beside the ledger, like the checkpoints, and only ever added to.
create table audit.pruned_chains (
  account_id text not null,
  vault_key_id text not null,
  -- the last link that is gone
  sequence bigint not null check (sequence > 0),
  hash text not null,
  -- the end of the month that was dropped
  before_ms bigint not null,
  pruned_at_ms bigint not null,
  primary key (account_id, vault_key_id, sequence)
);

-- Only what the chain has at that moment, of months that are long over, and sealed by a checkpoint.
create function audit.check_pruned_chain() returns trigger
language plpgsql as $$
begin
  if not exists (select 1 from ledger.audit_links l
                  where l.account_id = new.account_id and l.vault_key_id = new.vault_key_id and l.sequence = new.sequence
                    and l.hash = new.hash and l.made_at_ms < new.before_ms) then
    raise exception 'link % of vault key % is not one that can be dropped', new.sequence, new.vault_key_id;
  end if;
  if not exists (select 1 from audit.checkpoint_heads c
                  where c.account_id = new.account_id and c.vault_key_id = new.vault_key_id and c.sequence >= new.sequence) then
    raise exception 'no checkpoint has sealed link % of vault key %', new.sequence, new.vault_key_id;
  end if;
  if new.before_ms > extract(epoch from now() - interval '30 days') * 1000 then
    raise exception 'links of the last 30 days are not dropped';
  end if;
  return new;
end $$;

create trigger pruned_chains_checked before insert on audit.pruned_chains
  for each row execute function audit.check_pruned_chain();
create trigger pruned_chains_immutable before update or delete on audit.pruned_chains
  for each row execute function governance.refuse_change();
create trigger pruned_chains_kept before truncate on audit.pruned_chains
  for each statement execute function governance.refuse_change();

-- Accounts that a partition of the log has had events of, also when these were dropped: an unreadable record may be theirs.
create table ledger.partition_accounts (
  partition integer not null,
  account_id text not null,
  primary key (partition, account_id)
);

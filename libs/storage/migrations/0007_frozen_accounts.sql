-- Accounts with records that the ledger could not read or fold: no more of their money moves until a person has looked.
create table ledger.frozen_accounts (
  account_id text primary key,
  reason text not null,
  frozen_at timestamptz not null default clock_timestamp()
);

create table admission.frozen_accounts (
  account_id text primary key
);

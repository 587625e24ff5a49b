-- What is granted: accounts, policies, vault keys, provider credentials, API tokens. The record of truth; the admission
-- store is told after it. Times are milliseconds since 1970. No secret is stored that could be read: hashes or ciphertext.
create schema governance;

create table governance.accounts (
  account_id text primary key,
  created_at_ms bigint not null
);

-- One row per version; a version never changes.
create table governance.policies (
  account_id text not null references governance.accounts,
  policy_id text not null,
  provider text not null,
  current_version integer not null,
  created_at_ms bigint not null,
  primary key (account_id, policy_id)
);

create index policies_newest on governance.policies (account_id, created_at_ms desc, policy_id desc);

create table governance.policy_versions (
  account_id text not null,
  policy_id text not null,
  version integer not null check (version >= 1),
  document jsonb not null,
  created_at_ms bigint not null,
  primary key (account_id, policy_id, version),
  foreign key (account_id, policy_id) references governance.policies
);

create function governance.refuse_change() returns trigger
language plpgsql as $$
begin
  raise exception '%.% only grows: a row is never changed or removed', tg_table_schema, tg_table_name;
end $$;

create trigger policy_versions_immutable before update or delete on governance.policy_versions
  for each row execute function governance.refuse_change();

create table governance.credentials (
  account_id text not null references governance.accounts,
  credential_id text not null,
  provider text not null,
  label text,
  current_version integer not null,
  created_at_ms bigint not null,
  primary key (account_id, credential_id)
);

create index credentials_newest on governance.credentials (account_id, created_at_ms desc, credential_id desc);

-- Sealed names the data key and holds nonce and ciphertext; see credential-cipher.ts.
create table governance.credential_versions (
  account_id text not null,
  credential_id text not null,
  version integer not null check (version >= 1),
  sealed text not null,
  hint text not null,
  created_at_ms bigint not null,
  primary key (account_id, credential_id, version),
  foreign key (account_id, credential_id) references governance.credentials
);

create trigger credential_versions_immutable before update on governance.credential_versions
  for each row execute function governance.refuse_change();

-- The account's data keys, wrapped by the master key; the highest generation seals, all of them open.
create table governance.account_keys (
  account_id text not null,
  generation integer not null check (generation >= 1),
  master_key_id text not null,
  wrapped_key text not null,
  created_at_ms bigint not null,
  primary key (account_id, generation)
);

create table governance.vault_keys (
  account_id text not null references governance.accounts,
  key_id text not null,
  secret_hash text not null,
  agent_type text not null,
  label text,
  policy_id text not null,
  credential_id text not null,
  parent_id text,
  -- self first, root last
  lineage text[] not null check (lineage[1] = key_id),
  bound_run_id text,
  -- what this key adds to its parent's limits: {caps, allowedOperations}; null for a root
  attenuation jsonb check ((attenuation is null) = (parent_id is null)),
  expires_at_ms bigint,
  revoked_at_ms bigint,
  created_at_ms bigint not null,
  primary key (account_id, key_id),
  foreign key (account_id, policy_id) references governance.policies,
  foreign key (account_id, credential_id) references governance.credentials,
  foreign key (account_id, parent_id) references governance.vault_keys (account_id, key_id)
);

create index vault_keys_newest on governance.vault_keys (account_id, created_at_ms desc, key_id desc);
create index vault_keys_by_agent_type on governance.vault_keys (account_id, agent_type);
create index vault_keys_by_parent on governance.vault_keys (account_id, parent_id) where parent_id is not null;

create table governance.api_tokens (
  token_id text primary key,
  account_id text not null references governance.accounts,
  name text not null,
  role text not null check (role in ('viewer', 'operator', 'admin')),
  secret_hash text not null,
  expires_at_ms bigint,
  revoked_at_ms bigint,
  last_used_at_ms bigint,
  created_at_ms bigint not null
);

create index api_tokens_newest on governance.api_tokens (account_id, created_at_ms desc, token_id desc);

-- Who changed what, written in the transaction of the change. Detail holds no secret.
create table governance.governance_outbox (
  position bigint generated always as identity primary key,
  note_id text not null unique,
  account_id text not null,
  actor text not null,
  action text not null,
  subject text not null,
  detail jsonb not null,
  at_ms bigint not null
);

create index governance_outbox_by_subject on governance.governance_outbox (account_id, subject, position);

create trigger governance_outbox_immutable before update on governance.governance_outbox
  for each row execute function governance.refuse_change();

-- Answers of the admin API by Idempotency-Key, for 24 h. The body is sealed: it may show a new key.
create table governance.idempotent_responses (
  account_id text not null,
  token_id text not null,
  idempotency_key text not null,
  fingerprint text not null,
  state text not null check (state in ('open', 'completed')),
  status integer,
  sealed_body text,
  created_at_ms bigint not null,
  primary key (account_id, token_id, idempotency_key)
);

create index idempotent_responses_oldest on governance.idempotent_responses (created_at_ms);

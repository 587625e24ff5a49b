-- Sign-ins of the dashboard. A session of a token ends with it; one of an identity provider (OIDC) has no token.
create table governance.sessions (
  session_id text primary key,
  account_id text not null references governance.accounts,
  token_id text references governance.api_tokens,
  subject text not null,
  role text not null check (role in ('viewer', 'operator', 'admin')),
  secret_hash text not null,
  created_at_ms bigint not null,
  expires_at_ms bigint not null,
  ended_at_ms bigint
);

create index sessions_oldest on governance.sessions (expires_at_ms);

-- What several ledgers and gateways on Kafka and Redis have to agree on.

-- The hash of the last folded record tells a log that was made anew; the fence voids late reservations behind it.
alter table ledger.partition_positions
  add column last_body_hash text,
  add column fence_incarnation integer not null default 0;

-- Lives of the admission store, each begun once.
create table ledger.incarnations (
  incarnation integer primary key,
  begun_at timestamptz not null default clock_timestamp(),
  ready_at timestamptz
);

-- Topics with the partition count they were made with: another count would move accounts to other partitions.
create table event_log.topics (
  topic text primary key,
  partitions integer not null
);

-- Positions of notes are not their commit order; a reader passes none of a transaction that still runs.
alter table governance.governance_outbox add column transaction_id xid8 not null default pg_current_xact_id();

-- The last governance note that was relayed to the log.
create table governance.outbox_relay (
  relay text primary key,
  position bigint not null
);

insert into governance.outbox_relay values ('kafka', 0);

-- The spend log of the embedded profile. Positions are dense per partition and handed out under the partition's row
-- lock, which is kept until the append is durable: a lower position never becomes visible after a higher one, and a
-- missing one is a real gap.
create schema event_log;

create table event_log.partitions (
  partition integer primary key,
  next_position bigint not null default 0
);

insert into event_log.partitions (partition) select generate_series(0, 7);

create table event_log.records (
  partition integer not null references event_log.partitions,
  position bigint not null,
  event_id text not null unique,
  body text not null,
  appended_at timestamptz not null default clock_timestamp(),
  primary key (partition, position)
);

-- Appends the events that the log does not have yet: a batch that is sent again changes nothing (R4).
create function event_log.append(in_partition integer, event_ids text[], bodies text[]) returns integer
language plpgsql as $$
declare
  first_position bigint;
  appended integer;
begin
  select p.next_position into strict first_position
    from event_log.partitions p where p.partition = in_partition for update;
  insert into event_log.records (partition, position, event_id, body)
  select in_partition, first_position + row_number() over (order by batch.ordinal) - 1, batch.event_id, batch.body
    from unnest(event_ids, bodies) with ordinality as batch (event_id, body, ordinal)
   where not exists (select 1 from event_log.records r where r.event_id = batch.event_id);
  get diagnostics appended = row_count;
  update event_log.partitions p set next_position = first_position + appended where p.partition = in_partition;
  return appended;
end $$;

-- History is not edited.
create function event_log.forbid_change() returns trigger
language plpgsql as $$ begin raise exception 'the event log is append-only'; end $$;

create trigger records_append_only before update or delete on event_log.records
  for each statement execute function event_log.forbid_change();

-- Which trace appended a record, where its call was traced: what a header is in Kafka.
alter table event_log.records add column traceparent text;

drop function event_log.append(integer, text[], text[]);
create function event_log.append(in_partition integer, event_ids text[], bodies text[], traceparents text[]) returns integer
language plpgsql as $$
declare
  first_position bigint;
  appended integer;
begin
  select p.next_position into strict first_position
    from event_log.partitions p where p.partition = in_partition for update;
  insert into event_log.records (partition, position, event_id, body, traceparent)
  select in_partition, first_position + row_number() over (order by batch.ordinal) - 1, batch.event_id, batch.body, batch.traceparent
    from unnest(event_ids, bodies, traceparents) with ordinality as batch (event_id, body, traceparent, ordinal)
   where not exists (select 1 from event_log.records r where r.event_id = batch.event_id);
  get diagnostics appended = row_count;
  update event_log.partitions p set next_position = first_position + appended where p.partition = in_partition;
  return appended;
end $$;

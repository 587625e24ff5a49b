-- A row that every call updates leaves its old versions in its page until the page counts as full. A low fill factor
-- makes the server clean up after a dozen instead of two hundred, which every reader of the row has to walk past.
alter table event_log.partitions set (fillfactor = 10);
alter table admission.balances set (fillfactor = 20);
alter table admission.meters set (fillfactor = 20);

-- The append locks the partition's row itself; a foreign key would look it up again for every record.
alter table event_log.records drop constraint records_partition_fkey;

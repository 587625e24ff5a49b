-- The functions of ../functions that this database has: put in again when their text has changed. Locks out other starts.
-- A change of functions comes with a migration, empty if need be, so that an older build can tell that it is older.
create table admission.functions_digest (
  digest text
);

insert into admission.functions_digest values (null);

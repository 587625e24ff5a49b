-- The functions of ../functions that this database has: put in again when their text has changed. Locks out other starts.
create table admission.functions_digest (
  digest text
);

insert into admission.functions_digest values (null);

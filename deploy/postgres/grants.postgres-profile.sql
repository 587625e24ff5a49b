-- After grants.sql, where admission and log are in this PostgreSQL too: without Kafka and Redis. Run by keybrake_migrations.
begin;

-- The log only grows. The functions of the schema run with the rights of who calls them.
grant select, insert on event_log.records to keybrake_gateway, keybrake_ledger, keybrake_admin_api;
grant select on event_log.partitions to keybrake_gateway, keybrake_ledger, keybrake_admin_api;
grant update (next_position) on event_log.partitions to keybrake_gateway, keybrake_ledger, keybrake_admin_api;

-- The steps of a call. Each of the three settles, so each moves balances.
grant select, insert, update, delete on admission.balances, admission.claims
  to keybrake_gateway, keybrake_ledger, keybrake_admin_api;
grant select, insert, update on admission.reservations, admission.meters
  to keybrake_gateway, keybrake_ledger, keybrake_admin_api;
grant select on admission.policies, admission.frozen_accounts, admission.keys
  to keybrake_gateway, keybrake_ledger, keybrake_admin_api;
-- Child keys; revocations; policies.
grant insert, update on admission.keys to keybrake_gateway, keybrake_admin_api;
grant insert, update on admission.policies to keybrake_admin_api;
-- What has expired is removed by the ledger, which freezes accounts; the admin API thaws them.
grant delete on admission.reservations to keybrake_ledger;
grant insert, delete on admission.frozen_accounts to keybrake_ledger, keybrake_admin_api;

alter default privileges in schema admission grant select, insert, update, delete on tables
  to keybrake_gateway, keybrake_ledger, keybrake_admin_api;

commit;

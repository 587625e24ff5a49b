-- What each app may do in the distributed profile. Run by keybrake_migrations after the migrations of each release, all of
-- it or nothing. On one PostgreSQL without Kafka and Redis, grants.postgres-profile.sql comes after it.
begin;

-- From nothing: what an earlier release needed is not kept.
revoke all on all tables in schema governance, admission, event_log, ledger, audit, alerts, approvals
  from keybrake_gateway, keybrake_ledger, keybrake_admin_api, keybrake_grafana;
revoke all on schema governance, admission, event_log, ledger, audit, alerts, approvals
  from keybrake_gateway, keybrake_ledger, keybrake_admin_api, keybrake_grafana;

-- At its start each app looks whether the schema is that of its build, and how many partitions a topic was made with.
grant usage on schema admission, event_log, governance, ledger to keybrake_gateway, keybrake_ledger, keybrake_admin_api;
grant select on keybrake_migrations, admission.functions_digest to keybrake_gateway, keybrake_ledger, keybrake_admin_api;
grant select, insert on event_log.topics to keybrake_gateway, keybrake_ledger, keybrake_admin_api;

-- The gateway reads keys, policies, sealed credentials and what became of earlier calls. It writes nothing but the child
-- keys that agents make of their own, with the note of it.
grant select on governance.vault_keys, governance.policies, governance.policy_versions, governance.credentials,
  governance.credential_versions, governance.account_keys to keybrake_gateway;
grant insert on governance.vault_keys, governance.governance_outbox to keybrake_gateway;
grant select on ledger.idempotency_records, ledger.reservations, ledger.audit_entries, ledger.audit_links,
  ledger.balance_changes to keybrake_gateway;

-- The ledger writes what it folds. Its resolver asks providers, so it reads credentials; it can't change what is granted.
grant usage on schema audit, alerts, approvals to keybrake_ledger;
grant select, insert on ledger.events, ledger.audit_links, ledger.balance_changes, ledger.asked_calls, ledger.anomalies,
  ledger.dead_letters, ledger.frozen_accounts to keybrake_ledger;
grant select, insert, update on ledger.partition_positions, ledger.reservations, ledger.balances,
  ledger.idempotency_records, ledger.audit_entries, ledger.audit_heads, ledger.incarnations, ledger.day_spend, ledger.runs,
  ledger.run_day_spend, ledger.month_calls to keybrake_ledger;
grant select, insert, update, delete on ledger.price_watches to keybrake_ledger;
grant select, insert on audit.checkpoints, audit.checkpoint_heads to keybrake_ledger;
grant select on ledger.partition_accounts, audit.pruned_chains to keybrake_ledger;
grant select, insert on alerts.alerts to keybrake_ledger;
grant select, insert, update on alerts.deliveries to keybrake_ledger;
grant select on alerts.webhooks to keybrake_ledger;
grant select, insert, update on approvals.approvals to keybrake_ledger;
grant select on governance.vault_keys, governance.policies, governance.policy_versions, governance.credentials,
  governance.credential_versions, governance.account_keys, governance.governance_outbox to keybrake_ledger;
grant select on governance.outbox_relay to keybrake_ledger;
grant update (position) on governance.outbox_relay to keybrake_ledger;

-- The admin API changes what is granted, by new versions and marks, and reads what was folded. No version, note or balance
-- can be changed by it.
grant usage on schema audit, alerts, approvals to keybrake_admin_api;
grant select, insert on governance.accounts, governance.policy_versions, governance.credential_versions,
  governance.account_keys, governance.governance_outbox to keybrake_admin_api;
grant select, insert on governance.policies, governance.credentials, governance.vault_keys, governance.api_tokens
  to keybrake_admin_api;
grant update (current_version) on governance.policies, governance.credentials to keybrake_admin_api;
grant update (revoked_at_ms) on governance.vault_keys to keybrake_admin_api;
grant update (revoked_at_ms, last_used_at_ms) on governance.api_tokens to keybrake_admin_api;
grant select, insert, update, delete on governance.sessions, governance.idempotent_responses to keybrake_admin_api;
grant select on all tables in schema ledger, audit to keybrake_admin_api;
-- To thaw an account.
grant delete on ledger.frozen_accounts to keybrake_admin_api;
grant select, insert on alerts.alerts, alerts.deliveries to keybrake_admin_api;
grant select, insert, update, delete on alerts.webhooks to keybrake_admin_api;
grant select, update on approvals.approvals to keybrake_admin_api;

-- Grafana: what its panels show, no more.
grant usage on schema ledger to keybrake_grafana;
grant select (vault_key_id, agent_type, operation, currency, committed_micros, final_micros, started_at_ms, state, decision,
  rule, message) on ledger.audit_entries to keybrake_grafana;
grant select (partition, next_position, fence_incarnation) on ledger.partition_positions to keybrake_grafana;

-- Tables that a later release makes, until its own grants.sql has run: for who mostly works in the schema.
-- None in schema ledger: months are made there all the time, and may be reached through their tables only.
alter default privileges in schema audit grant select, insert on tables to keybrake_ledger;
alter default privileges in schema alerts, approvals grant select, insert, update on tables to keybrake_ledger, keybrake_admin_api;
alter default privileges in schema governance grant select, insert, update, delete on tables to keybrake_admin_api;
alter default privileges in schema audit grant select on tables to keybrake_admin_api;

commit;

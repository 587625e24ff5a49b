-- A role for each app, none with a password: give each one with \password or let your server tell them by certificate.
-- Run once by a superuser in Keybrake's database; again, it changes nothing. What is there already gets the migrations'
-- role as its owner. Then the migrations run (DATABASE_URL of keybrake_migrations), then grants.sql.
begin;

do $$
declare
  role text;
begin
  foreach role in array array['keybrake_migrations', 'keybrake_gateway', 'keybrake_ledger', 'keybrake_admin_api', 'keybrake_grafana'] loop
    begin
      execute format('create role %I login noinherit', role);
    exception when duplicate_object then null;
    end;
  end loop;
  execute format('revoke all on database %I from public', current_database());
  execute format('grant connect on database %I to keybrake_gateway, keybrake_ledger, keybrake_admin_api, keybrake_grafana',
                 current_database());
  execute format('grant connect, create, temporary on database %I to keybrake_migrations', current_database());
end $$;

revoke create on schema public from public;
grant usage, create on schema public to keybrake_migrations;

-- The owner alone may change a table or take a trigger off it. Tables that only grow have triggers that refuse the rest.
do $$
declare
  thing record;
begin
  for thing in
    select format('schema %I', n.nspname) as name from pg_namespace n
     where n.nspname in ('governance', 'admission', 'event_log', 'ledger', 'audit', 'alerts', 'approvals')
    union all
    select format('table %I.%I', t.schemaname, t.tablename) from pg_tables t
     where t.schemaname in ('governance', 'admission', 'event_log', 'ledger', 'audit', 'alerts', 'approvals')
        or (t.schemaname = 'public' and t.tablename = 'keybrake_migrations')
    union all
    select format('routine %s', p.oid::regprocedure) from pg_proc p join pg_namespace n on n.oid = p.pronamespace
     where n.nspname in ('governance', 'admission', 'event_log', 'ledger', 'audit', 'alerts', 'approvals')
  loop
    execute format('alter %s owner to keybrake_migrations', thing.name);
  end loop;
end $$;

commit;

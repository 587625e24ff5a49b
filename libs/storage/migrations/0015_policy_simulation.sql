-- What a policy was asked about calls that were denied or replayed; that of reservations is in their facts. Without it a policy
-- that did not exist then can't be tried on them. Older calls have none.
create table ledger.asked_calls (
  call_id text primary key,
  account_id text not null,
  -- '' where the request was not understood
  fingerprint text not null,
  -- RecordedPricing; null where the price was not known
  pricing jsonb
);

-- Reservations that had begun and not ended at a moment.
create index audit_by_end on ledger.audit_entries (account_id, ended_at_ms) where decision = 'allowed';

#!lua flags=allow-oom
-- Compare-and-set: ready only for the rebuild that began this loading.
-- KEYS  1 state
-- ARGV  1 run id, 2 incarnation, 3 until when idempotency keys of earlier lives have to be looked up in the ledger, in ms
-- Returns 1, or 0 when another incarnation loads or is ready.
local state = redis.call('HMGET', KEYS[1], 'phase', 'runId', 'incarnation')
if state[1] ~= 'loading' or state[2] ~= ARGV[1] or state[3] ~= ARGV[2] then return 0 end
redis.call('HSET', KEYS[1], 'phase', 'ready', 'claimsUntilMs', ARGV[3])
return 1

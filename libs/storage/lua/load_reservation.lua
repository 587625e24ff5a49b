#!lua
-- An open reservation of an earlier life, as launched and due: whether it was forwarded nobody knows, so no timer may
-- release it (R3). What waits for a person was never forwarded: it waits on.
-- KEYS  1 state, 2 launched index, 3 reservation, then the claim if there is one
-- ARGV  1 run id, 2 incarnation, 3 reservation id, 4 holds in JSON [{key, windowId, amountMicros}], 5 launched at ms at the
--       latest, 6 fingerprint, 7 index member, 8 launched or waiting
-- Returns 1, or 0 when this incarnation is not the one that loads.
local state = redis.call('HMGET', KEYS[1], 'phase', 'runId', 'incarnation')
if state[1] ~= 'loading' or state[2] ~= ARGV[1] or state[3] ~= ARGV[2] then return 0 end
local at_ms = string.format('%.0f', now_ms())
redis.call('HSET', KEYS[3], 'id', ARGV[3], 'state', ARGV[8], 'incarnation', ARGV[2], 'holds', ARGV[4], 'owner', '',
  'launchedAtMs', ARGV[5], 'outcomeDueMs', at_ms)
if ARGV[8] == 'launched' then redis.call('ZADD', KEYS[2], at_ms, ARGV[7]) end
if KEYS[4] then
  redis.call('HSET', KEYS[3], 'claim', KEYS[4])
  redis.call('HSET', KEYS[4], 'reservationId', ARGV[3], 'fingerprint', ARGV[6])
end
return 1

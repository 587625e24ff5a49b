#!lua
-- A committed call of an earlier life whose final price may still come.
-- KEYS  1 state, 2 reservation
-- ARGV  1 run id, 2 incarnation, 3 reservation id, 4 holds in JSON [{key, windowId, amountMicros}], 5 micros that the loaded
--       balances count
-- Returns 1, or 0 when this incarnation is not the one that loads.
local state = redis.call('HMGET', KEYS[1], 'phase', 'runId', 'incarnation')
if state[1] ~= 'loading' or state[2] ~= ARGV[1] or state[3] ~= ARGV[2] then return 0 end
redis.call('HSET', KEYS[2], 'id', ARGV[3], 'state', 'committed', 'incarnation', ARGV[2], 'holds', ARGV[4], 'counted', ARGV[5])
redis.call('PEXPIRE', KEYS[2], DAY_MS + 3600000)
return 1

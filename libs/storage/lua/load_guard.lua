#!lua
-- A call that a duplicate guard has to know. An open one was loaded before: its release takes the entry away.
-- KEYS  1 state, 2 guard, 3 reservation
-- ARGV  1 run id, 2 incarnation, 3 reservation id, 4 reserved at ms
-- Returns 1, or 0 when this incarnation is not the one that loads.
local state = redis.call('HMGET', KEYS[1], 'phase', 'runId', 'incarnation')
if state[1] ~= 'loading' or state[2] ~= ARGV[1] or state[3] ~= ARGV[2] then return 0 end
redis.call('ZADD', KEYS[2], ARGV[4], ARGV[3])
redis.call('PEXPIRE', KEYS[2], DAY_MS)
if redis.call('EXISTS', KEYS[3]) == 1 then redis.call('HSET', KEYS[3], 'guard', KEYS[2], 'guardAtMs', ARGV[4]) end
return 1

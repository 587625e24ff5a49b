#!lua
-- KEYS  1 state, 2 meter
-- ARGV  1 run id, 2 incarnation, 3 window id, 4 used, 5 window ends at ms
-- Returns 1, or 0 when this incarnation is not the one that loads.
local state = redis.call('HMGET', KEYS[1], 'phase', 'runId', 'incarnation')
if state[1] ~= 'loading' or state[2] ~= ARGV[1] or state[3] ~= ARGV[2] then return 0 end
redis.call('HSET', KEYS[2], 'windowId', ARGV[3], 'used', ARGV[4])
redis.call('PEXPIREAT', KEYS[2], ARGV[5])
return 1

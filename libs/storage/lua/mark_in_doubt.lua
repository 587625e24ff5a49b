#!lua flags=allow-oom
-- The owner won't learn the outcome: the call is in doubt from now on, not from its deadline.
-- KEYS  1 state, 2 launched index, 3 reservation
-- ARGV  1 run id, 2 index member
-- Returns 1, or -1 when not ready.
if not ready_incarnation(KEYS[1], ARGV[1]) then return -1 end
local at_ms = now_ms()
local reservation = redis.call('HMGET', KEYS[3], 'state', 'outcomeDueMs')
if reservation[1] == 'launched' and tonumber(reservation[2]) > at_ms then
  redis.call('HSET', KEYS[3], 'outcomeDueMs', string.format('%.0f', at_ms))
  redis.call('ZADD', KEYS[2], at_ms, ARGV[2])
end
return 1

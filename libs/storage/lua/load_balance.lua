#!lua
-- KEYS  1 state, 2 counter
-- ARGV  1 run id, 2 incarnation, 3 window id, 4 committed micros, 5 held micros, 6 window ends at ms
-- Returns 1, or 0 when this incarnation is not the one that loads.
local state = redis.call('HMGET', KEYS[1], 'phase', 'runId', 'incarnation')
if state[1] ~= 'loading' or state[2] ~= ARGV[1] or state[3] ~= ARGV[2] then return 0 end
redis.call('HSET', KEYS[2], ARGV[3] .. '|committed', ARGV[4], ARGV[3] .. '|held', ARGV[5], ARGV[3] .. '|endsAtMs', ARGV[6])
return 1

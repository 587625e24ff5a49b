#!lua flags=allow-oom
-- Freezes or thaws an account. Also while loading.
-- KEYS  1 state, 2 frozen mark
-- ARGV  1 run id, 2 frozen: 1 or 0
-- Returns 1, or -1 when neither ready nor loading.
local state = redis.call('HMGET', KEYS[1], 'phase', 'runId')
if not state[1] or state[2] ~= ARGV[1] then return -1 end
if ARGV[2] == '1' then redis.call('SET', KEYS[2], '1') else redis.call('DEL', KEYS[2]) end
return 1

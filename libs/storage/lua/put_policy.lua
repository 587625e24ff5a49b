#!lua flags=allow-oom
-- The version of a policy in force; a lower one than known changes nothing. Also while loading.
-- KEYS  1 state, 2 policy version
-- ARGV  1 run id, 2 version
-- Returns 1, or -1 when neither ready nor loading.
local state = redis.call('HMGET', KEYS[1], 'phase', 'runId')
if not state[1] or state[2] ~= ARGV[1] then return -1 end
local known = redis.call('GET', KEYS[2])
if not known or tonumber(known) < tonumber(ARGV[2]) then redis.call('SET', KEYS[2], ARGV[2]) end
return 1

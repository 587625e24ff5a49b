#!lua flags=allow-oom
-- What asks for approval waits for it: off the janitor's list.
-- KEYS  1 state, 2 held index, 3 reservation
-- ARGV  1 run id, 2 index member
-- Returns 1, 0 when it is not held any more, or -1 when not ready.
if not ready_incarnation(KEYS[1], ARGV[1]) then return -1 end
local state = redis.call('HGET', KEYS[3], 'state')
if state == 'waiting' then return 1 end
if state ~= 'asking' then return 0 end
redis.call('HSET', KEYS[3], 'state', 'waiting')
redis.call('ZREM', KEYS[2], ARGV[2])
return 1

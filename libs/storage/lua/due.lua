#!lua flags=no-writes
-- Members of an index up to this server's time less an age, the oldest first.
-- KEYS  1 state, 2 index
-- ARGV  1 run id, 2 age in ms, 3 at most so many, 4 after so many
-- Returns the members, or -1 when not ready.
if not ready_incarnation(KEYS[1], ARGV[1]) then return -1 end
return redis.call('ZRANGEBYSCORE', KEYS[2], '-inf', now_ms() - tonumber(ARGV[2]), 'LIMIT', tonumber(ARGV[4]), tonumber(ARGV[3]))

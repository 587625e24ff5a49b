#!lua flags=allow-oom
-- Empties the store for a new incarnation. Older rebuilders than the one under way change nothing.
-- KEYS  1 state
-- ARGV  1 run id, 2 incarnation
-- Returns 1, or 0 when a newer incarnation is known here.
local known = redis.call('HGET', KEYS[1], 'incarnation')
if known and tonumber(known) >= tonumber(ARGV[2]) then return 0 end
redis.call('FLUSHDB')
redis.call('HSET', KEYS[1], 'phase', 'loading', 'incarnation', ARGV[2], 'runId', ARGV[1])
return 1

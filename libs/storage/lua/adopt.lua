#!lua flags=allow-oom
-- A caller's retry or the resolver takes over a reservation in doubt. Two at once: the first moves the deadline, the second
-- is refused. To look for evidence nothing of the key or the time matters: no money moves.
-- KEYS  1 state, 2 launched index, 3 reservation, then one per key of the line
-- ARGV  1 run id, 2 owner, 3 ms until the outcome is due, 4 ms since the launch within which it is allowed, 5 index member,
--       6 look or resend
-- Returns {launched at ms, incarnation}, {0, reason}, or {-1} when not ready.
local at_ms = now_ms()
local incarnation = ready_incarnation(KEYS[1], ARGV[1])
if not incarnation then return { -1 } end
local line = {}
for index = 4, #KEYS do line[index - 3] = KEYS[index] end
local only_looks = ARGV[6] == 'look'
local dead = not only_looks and dead_reason(line, at_ms)
if dead then return { 0, launch_reason(dead) } end
local reservation = redis.call('HMGET', KEYS[3], 'state', 'owner', 'launchedAtMs', 'outcomeDueMs')
if reservation[1] ~= 'launched' or (tonumber(reservation[4]) > at_ms and reservation[2] ~= ARGV[2]) then
  return { 0, 'not_in_doubt' }
end
if not only_looks and tonumber(reservation[3]) + tonumber(ARGV[4]) <= at_ms then return { 0, 'window_closed' } end
local due_ms = string.format('%.0f', at_ms + tonumber(ARGV[3]))
redis.call('HSET', KEYS[3], 'owner', ARGV[2], 'outcomeDueMs', due_ms)
redis.call('ZADD', KEYS[2], due_ms, ARGV[5])
return { tonumber(reservation[3]), incarnation }

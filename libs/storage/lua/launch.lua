#!lua flags=allow-oom
-- Step 3 of a call, the last word before the provider: still held, same incarnation, no key of the line dead (R3, R7).
-- KEYS  1 state, 2 held index, 3 launched index, 4 reservation, then one per key of the line
-- ARGV  1 run id, 2 incarnation that reserved, 3 owner, 4 ms until the outcome is due, 5 index member
-- Returns {launched at ms} or {0, reason}.
local at_ms = now_ms()
local incarnation = ready_incarnation(KEYS[1], ARGV[1])
local line = {}
for index = 5, #KEYS do line[index - 4] = KEYS[index] end
local reservation = redis.call('HMGET', KEYS[4], 'state', 'owner', 'launchedAtMs', 'incarnation')
if not incarnation then return { 0, 'incarnation' } end
if reservation[1] == 'launched' and reservation[2] == ARGV[3] then return { tonumber(reservation[3]) } end
local dead = dead_reason(line, at_ms)
if dead then return { 0, launch_reason(dead) } end
if reservation[1] ~= 'held' then return { 0, 'not_held' } end
if reservation[4] ~= ARGV[2] then return { 0, 'incarnation' } end
local due_ms = string.format('%.0f', at_ms + tonumber(ARGV[4]))
redis.call('HSET', KEYS[4], 'state', 'launched', 'owner', ARGV[3], 'launchedAtMs', string.format('%.0f', at_ms),
  'outcomeDueMs', due_ms)
redis.call('ZREM', KEYS[2], ARGV[5])
redis.call('ZADD', KEYS[3], due_ms, ARGV[5])
return { at_ms }

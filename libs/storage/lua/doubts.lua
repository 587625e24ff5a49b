#!lua flags=no-writes
-- Which reservations are launched and past their deadline.
-- KEYS  1 state, then the reservations
-- ARGV  1 run id
-- Returns when each was launched in ms, 0 for one that is not in doubt; or -1 when not ready.
if not ready_incarnation(KEYS[1], ARGV[1]) then return -1 end
local at_ms = now_ms()
local launched = {}
for index = 2, #KEYS do
  local reservation = redis.call('HMGET', KEYS[index], 'state', 'outcomeDueMs', 'launchedAtMs')
  local in_doubt = reservation[1] == 'launched' and tonumber(reservation[2]) <= at_ms
  launched[index - 1] = in_doubt and tonumber(reservation[3]) or 0
end
return launched

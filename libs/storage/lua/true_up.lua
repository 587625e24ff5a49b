#!lua flags=allow-oom
-- The final price of a committed call takes the place of what its windows count (R6).
-- KEYS  1 state, 2 reservation
-- ARGV  1 run id, 2 final micros
-- Returns 1 when it changed, 0 when it counts so already or is not known as committed, -1 when not ready.
if not ready_incarnation(KEYS[1], ARGV[1]) then return -1 end
local reservation = redis.call('HMGET', KEYS[2], 'state', 'counted', 'holds')
local counted = reservation[2]
if reservation[1] ~= 'committed' or not counted or counted == ARGV[2] then return 0 end
local old, new = amount(counted), amount(ARGV[2])
local change = exceeds(new, old) and text(minus(new, old)) or '-' .. text(minus(old, new))
for _, hold in ipairs(cjson.decode(reservation[3])) do
  local field = hold.windowId .. '|committed'
  if redis.call('HEXISTS', hold.key, field) == 1 then redis.call('HINCRBY', hold.key, field, change) end
end
redis.call('HSET', KEYS[2], 'counted', ARGV[2])
return 1

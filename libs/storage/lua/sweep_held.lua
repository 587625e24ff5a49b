#!lua flags=allow-oom
-- The janitor's step: held reservations past the age become released, never a launched one (R3), nor one that waits for a
-- person.
-- KEYS  1 state, 2 held index, 3 launched index, 4 kept answers, 5 swept releases
-- ARGV  1 run id, 2 age in ms, 3 at most so many, 4 prefix and 5 suffix around the account in a reservation's key
-- Returns how many were released, or -1 when not ready.
if not ready_incarnation(KEYS[1], ARGV[1]) then return -1 end
local at_ms = now_ms()
local keys = { held = KEYS[2], launched = KEYS[3], kept = KEYS[4], swept = KEYS[5] }
local members = redis.call('ZRANGEBYSCORE', keys.held, '-inf', at_ms - tonumber(ARGV[2]), 'LIMIT', 0, tonumber(ARGV[3]))
for _, member in ipairs(members) do
  local account, reservation = string.match(member, '^([^ ]+) ([^ ]+)$')
  local reservation_key = ARGV[4] .. account .. ARGV[5] .. reservation
  local state = redis.call('HGET', reservation_key, 'state')
  if state == 'held' or state == 'asking' then
    settle(keys, reservation_key, member, 'released', '0', '', '0', at_ms)
  else
    redis.call('ZREM', keys.held, member)
  end
end
return #members

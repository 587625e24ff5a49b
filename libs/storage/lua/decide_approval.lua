#!lua flags=allow-oom
-- A person's decision, or that there was none in time. What was denied or has expired holds nothing any more; its key is
-- answered with it for as long as the claim is known (R8).
-- KEYS  1 state, 2 held index, 3 launched index, 4 kept answers, 5 swept releases, 6 reservation
-- ARGV  1 run id, 2 approved, denied or expired, 3 until ms of an approval, 4 index member
-- Returns 1, 0 when it does not wait, or -1 when not ready.
if not ready_incarnation(KEYS[1], ARGV[1]) then return -1 end
local at_ms = now_ms()
local reservation = redis.call('HMGET', KEYS[6], 'state', 'claim', 'id')
local claim = reservation[2] and redis.call('HMGET', reservation[2], 'approvalOf', 'approval', 'approvalUntilMs') or {}
if not reservation[3] or claim[1] ~= reservation[3] then return 0 end
if reservation[1] ~= 'asking' and reservation[1] ~= 'waiting' then return claim[2] == ARGV[2] and 1 or 0 end
if ARGV[2] == 'approved' then
  if tonumber(claim[3]) <= at_ms then return 0 end
  redis.call('HSET', reservation[2], 'approval', 'approved', 'approvalUntilMs', ARGV[3])
  return 1
end
redis.call('HSET', reservation[2], 'approval', ARGV[2])
local keys = { held = KEYS[2], launched = KEYS[3], kept = KEYS[4], swept = KEYS[5] }
settle(keys, KEYS[6], ARGV[4], 'released', '0', '', '1', at_ms)
return 1

-- In front of every script. Amounts are decimal text up to 2^63: Lua's numbers are doubles, exact to 2^53 only, so sums
-- and comparisons work on two halves of nine and up to ten digits.

local function now_ms()
  local time = redis.call('TIME')
  return tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
end

-- The incarnation of this store, or nil unless it is ready and still the process that was made ready (R1): a restarted,
-- restored or promoted server has another run id. `run_id` is what the caller's connection read from INFO.
local function ready_incarnation(state_key, run_id)
  local state = redis.call('HMGET', state_key, 'phase', 'runId', 'incarnation')
  if state[1] ~= 'ready' or state[2] ~= run_id then return nil end
  return tonumber(state[3])
end

local BASE = 1000000000

local function amount(text)
  local digits = text or '0'
  if #digits <= 9 then return { 0, tonumber(digits) } end
  return { tonumber(string.sub(digits, 1, -10)), tonumber(string.sub(digits, -9)) }
end

local function plus(a, b)
  local low = a[2] + b[2]
  local carry = low >= BASE and 1 or 0
  return { a[1] + b[1] + carry, low - carry * BASE }
end

local function minus(a, b)
  local low = a[2] - b[2]
  local borrow = low < 0 and 1 or 0
  return { a[1] - b[1] - borrow, low + borrow * BASE }
end

local function exceeds(a, b)
  return a[1] > b[1] or (a[1] == b[1] and a[2] > b[2])
end

-- Only for amounts that are not negative.
local function text(value)
  if value[1] == 0 then return string.format('%.0f', value[2]) end
  return string.format('%.0f%09.0f', value[1], value[2])
end

-- Why the line of keys may not be used, or nil. `key_keys` hold {expiresAtMs, revokedAtMs}; a missing one is unknown.
local function dead_reason(key_keys, at_ms)
  local reason = nil
  for _, key_key in ipairs(key_keys) do
    local key = redis.call('HMGET', key_key, 'expiresAtMs', 'revokedAtMs')
    if not key[1] then return 'key_invalid' end
    if key[2] ~= '' then
      reason = 'key_revoked'
    elseif key[1] ~= '' and tonumber(key[1]) <= at_ms and reason == nil then
      reason = 'key_expired'
    end
  end
  local account = string.match(key_keys[1], '^(kb:{.-}):k:')
  if reason == nil and redis.call('EXISTS', account .. ':frozen') == 1 then return 'account_frozen' end
  return reason
end

-- As a launch is refused: the caller is past the point where a stranger could be told something.
local function launch_reason(dead)
  if dead == 'key_expired' then return 'expired' end
  return dead == 'account_frozen' and 'frozen' or 'revoked'
end

local DAY_MS = 86400000

-- Moves a reservation to its end, and its holds with it (R4, R5). Returns whether anything changed. A balance that is
-- gone belonged to a window that ended long ago.
local function settle(keys, reservation_key, member, outcome, actual, sealed, recorded, at_ms)
  local reservation = redis.call('HMGET', reservation_key, 'state', 'holds', 'claim', 'id', 'guard', 'guardAtMs')
  local state = reservation[1]
  if not state or state == 'committed' or state == outcome then return false end
  local was_open = state == 'held' or state == 'asking' or state == 'waiting' or state == 'launched'
  for _, hold in ipairs(cjson.decode(reservation[2])) do
    if redis.call('HEXISTS', hold.key, hold.windowId .. '|held') == 1 then
      if was_open and hold.amountMicros ~= '0' then
        redis.call('HINCRBY', hold.key, hold.windowId .. '|held', '-' .. hold.amountMicros)
      end
      if outcome == 'committed' then redis.call('HINCRBY', hold.key, hold.windowId .. '|committed', actual) end
    end
  end
  redis.call('HSET', reservation_key, 'state', outcome, 'settledAtMs', string.format('%.0f', at_ms))
  if outcome == 'committed' then redis.call('HSET', reservation_key, 'counted', actual) end
  redis.call('PEXPIRE', reservation_key, DAY_MS + 3600000)
  redis.call('ZREM', keys.held, member)
  redis.call('ZREM', keys.launched, member)
  local claim_key = reservation[3]
  if claim_key and redis.call('HGET', claim_key, 'reservationId') == reservation[4] then
    -- R8: 24 h from the end of the call.
    redis.call('PEXPIRE', claim_key, DAY_MS)
  end
  -- What was released may be made again; a commit that wins over a release may not.
  if reservation[5] and outcome == 'released' then redis.call('ZREM', reservation[5], reservation[4]) end
  if reservation[5] and state == 'released' then redis.call('ZADD', reservation[5], reservation[6], reservation[4]) end
  if sealed ~= '' then
    redis.call('HSET', reservation_key, 'sealed', sealed)
    redis.call('ZADD', keys.kept, at_ms, member)
  end
  if recorded == '1' then
    redis.call('ZREM', keys.swept, member)
  else
    redis.call('ZADD', keys.swept, at_ms, member)
  end
  return true
end

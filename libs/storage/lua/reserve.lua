#!lua
-- Step 1 of a call: the key is alive, the policy current, the idempotency key free, every cap has room: then all of it
-- is held, or nothing. No `allow-oom`: a full server refuses before anything is written.
-- KEYS  1 state, 2 held index, 3 launched index, 4 kept answers, 5 swept releases, 6 reservation, 7 policy version, then one
--       per key of the line, then the claim and the guard if there is one, then one counter per hold, then one per meter.
--       What they lead to carries the same hash tag.
-- ARGV  1 run id, 2 command in JSON (see admission-store.ts), 3 index member, 4 claim looked up in the ledger: 1 or 0
-- Returns the ReserveOutcome in JSON, windows by their id only; {kind: "claim_unknown"} asks the caller to look the claim up and come again.
local incarnation = ready_incarnation(KEYS[1], ARGV[1])
if not incarnation then return '{"kind":"not_ready"}' end

local known = redis.call('HGET', KEYS[6], 'reply')
if known then return known end

local command = cjson.decode(ARGV[2])
local at_ms = now_ms()
local next_key = 8
local function take_keys(count)
  local taken = {}
  for index = 1, count do taken[index] = KEYS[next_key + index - 1] end
  next_key = next_key + count
  return taken
end
local function refused(refusal) return cjson.encode({ kind = 'refused', refusal = refusal }) end

local dead = dead_reason(take_keys(command.lineage), at_ms)
if dead then return refused({ code = dead }) end
local version = redis.call('GET', KEYS[7])
if version and tonumber(version) > command.policyVersion then return '{"kind":"stale_policy"}' end

-- An ended call is answered again even if today's policy would refuse it: it happened.
local claim = command.claim
local claim_key = claim and take_keys(1)[1]
local asks = command.approval
-- The request for approval that this call takes the place of, and the one that lets it through.
local request_key, request_id, approved_as
local function not_approved(state, id, until_ms)
  return cjson.encode({ kind = 'not_approved', state = state, reservationId = id, untilMs = tonumber(until_ms) })
end
if claim then
  local earlier = redis.call('HMGET', claim_key, 'reservationId', 'fingerprint', 'approval', 'approvalOf', 'approvalUntilMs',
    'approvalMicros', 'approvalCurrency')
  if not earlier[1] and ARGV[4] == '0' and at_ms < tonumber(redis.call('HGET', KEYS[1], 'claimsUntilMs') or '0') then
    return '{"kind":"claim_unknown"}'
  end
  if earlier[1] then
    local first_key = command.reservationPrefix .. earlier[1]
    local first = redis.call('HMGET', first_key, 'state', 'outcomeDueMs', 'launchedAtMs', 'sealed')
    if first[1] and first[1] ~= 'released' then
      if earlier[2] ~= claim.fingerprint then return refused({ code = 'idempotency_mismatch' }) end
      if first[1] == 'committed' then
        return cjson.encode({ kind = 'completed', reservationId = earlier[1], sealedResponse = first[4] or cjson.null })
      end
      if first[1] == 'launched' and tonumber(first[2]) <= at_ms then
        return cjson.encode({ kind = 'in_doubt', reservationId = earlier[1], launchedAtMs = tonumber(first[3]) })
      end
      if first[1] ~= 'waiting' then return cjson.encode({ kind = 'in_flight', reservationId = earlier[1] }) end
      request_key, request_id = first_key, earlier[1]
    end
    local decided, asked_as, until_ms = earlier[3], earlier[4], earlier[5]
    -- Of a released call only what was decided counts, and only for the same request.
    if earlier[2] ~= claim.fingerprint or (decided == 'waiting' and not request_key) then decided = nil end
    if (decided == 'waiting' or decided == 'approved') and tonumber(until_ms) <= at_ms then decided = 'expired' end
    if decided == 'denied' or decided == 'expired' then return not_approved(decided, asked_as, until_ms) end
    if command.refusal then return refused(command.refusal) end
    if decided == 'waiting' and asks then return not_approved(decided, asked_as, until_ms) end
    local covers = asks and earlier[7] == asks.currency and not exceeds(amount(asks.micros), amount(earlier[6]))
    if decided == 'approved' and covers then approved_as = asked_as end
  end
end
if command.refusal then return refused(command.refusal) end
-- What the request held is free for the call that takes its place.
local freed = {}
if request_key then
  for _, hold in ipairs(cjson.decode(redis.call('HGET', request_key, 'holds'))) do
    freed[hold.key .. '|' .. hold.windowId] = hold.amountMicros
  end
end

local guard = command.guard
local guard_key = guard and take_keys(1)[1]
local duplicate_of
-- In shadow nothing from here on refuses; the first that would is told.
local shadow_refusal
if guard then
  local since = string.format('(%.0f', at_ms - guard.windowMs)
  local latest = redis.call('ZREVRANGEBYSCORE', guard_key, '+inf', since, 'WITHSCORES', 'LIMIT', 0, 2)
  local place = latest[1] == request_id and 3 or 1
  duplicate_of = latest[place]
  if duplicate_of and guard.mode == 'block' then
    local again = { code = 'duplicate_call', reservationId = duplicate_of, reservedAtMs = tonumber(latest[place + 1]) }
    if not command.isShadow then return refused(again) end
    shadow_refusal = again
  end
end

local function span_at(spans)
  for _, span in ipairs(spans) do
    if span.startsAtMs <= at_ms and at_ms < span.endsAtMs then return span end
  end
end

-- What a rolling window's buckets have used together, the oldest first; `leaving` is the one whose end makes room for the amount.
local function rolling_use(counter_key, rolling, wanted, limit)
  local since = at_ms - rolling.lengthMs
  local ids, fields = {}, {}
  for start = since - since % rolling.bucketMs, at_ms, rolling.bucketMs do
    local id = string.format('%.0f', start)
    ids[#ids + 1] = id
    fields[#fields + 1] = id .. '|committed'
    fields[#fields + 1] = id .. '|held'
  end
  local values = redis.call('HMGET', counter_key, unpack(fields))
  local is_new = not values[#values]
  local committed, held = amount('0'), amount('0')
  local of_bucket = {}
  for index = 1, #ids do
    local held_then = minus(amount(values[2 * index]), amount(freed[counter_key .. '|' .. ids[index]]))
    of_bucket[index] = plus(amount(values[2 * index - 1]), held_then)
    committed = plus(committed, amount(values[2 * index - 1]))
    held = plus(held, held_then)
  end
  local left, leaving = plus(committed, held), ids[#ids]
  for index = 1, #ids do
    left = minus(left, of_bucket[index])
    if not exceeds(plus(left, wanted), limit) then
      leaving = ids[index]
      break
    end
  end
  local current = ids[#ids]
  return { id = current, endsAtMs = tonumber(current) + rolling.bucketMs + rolling.lengthMs }, text(committed), text(held),
    is_new, leaving
end

-- R1: committed + held + amount <= limit, for every cap, before any is written. R6: this clock picks the window.
local holds, windows, new_ends = {}, {}, {}
for index, counter_key in ipairs(take_keys(#command.holds)) do
  local hold = command.holds[index]
  local limit, wanted = amount(hold.limitMicros), amount(hold.amountMicros)
  local span, committed, held, is_new, leaving
  if hold.rolling then
    span, committed, held, is_new, leaving = rolling_use(counter_key, hold.rolling, wanted, limit)
  else
    span = span_at(hold.windows)
    if not span then return refused({ code = 'unavailable', dependency = 'The budget clock', retryAfterMs = 1000 }) end
    local balance = redis.call('HMGET', counter_key, span.id .. '|committed', span.id .. '|held')
    committed, held, is_new = balance[1] or '0', balance[2] or '0', not balance[2]
    held = text(minus(amount(held), amount(freed[counter_key .. '|' .. span.id])))
  end
  local after = plus(plus(amount(committed), amount(held)), wanted)
  local is_over = exceeds(after, limit)
  if is_over then
    local over = { code = 'cap_exceeded', counter = hold.counter, windowId = leaving or span.id,
      committedMicros = committed, heldMicros = held }
    if not command.isShadow then return refused(over) end
    shadow_refusal = shadow_refusal or over
  end
  holds[index] = { key = counter_key, windowId = span.id, amountMicros = hold.amountMicros }
  windows[index] = { id = span.id, remainingMicros = is_over and '0' or text(minus(limit, after)) }
  new_ends[index] = is_new and span.endsAtMs
end

local meters = {}
for index, meter_key in ipairs(take_keys(#command.meters)) do
  local meter = command.meters[index]
  local span = meter.kind == 'quota' and span_at(meter.windows)
  local window_id = meter.kind == 'rate' and string.format('%.0f', math.floor(at_ms / 1000)) or (span and span.id) or ''
  local used = redis.call('HMGET', meter_key, 'windowId', 'used')
  local current = used[1] == window_id and tonumber(used[2]) or 0
  if current >= meter.limit then
    local over = meter.kind == 'rate'
      and { code = 'rate_exceeded', limit = meter.limit, retryAfterMs = 1000 - at_ms % 1000 }
      or { code = 'quota_exceeded', limit = meter.limit, resetsAtMs = span and span.endsAtMs }
    if not command.isShadow then return refused(over) end
    shadow_refusal = shadow_refusal or over
  end
  meters[index] = { key = meter_key, windowId = window_id, used = current + 1,
    keepMs = meter.kind == 'rate' and 5000 or (span and span.endsAtMs - at_ms) or DAY_MS }
end

-- Windows that ended a week ago and hold nothing make room when a new one begins.
local function prune(counter_key)
  local fields = redis.call('HGETALL', counter_key)
  local ends = {}
  for index = 1, #fields, 2 do
    local window_id = string.match(fields[index], '^(.*)|endsAtMs$')
    if window_id and tonumber(fields[index + 1]) < at_ms - 7 * DAY_MS then ends[window_id] = true end
  end
  for window_id in pairs(ends) do
    if redis.call('HGET', counter_key, window_id .. '|held') == '0' then
      redis.call('HDEL', counter_key, window_id .. '|held', window_id .. '|committed', window_id .. '|endsAtMs')
    end
  end
end

if request_key then
  local keys = { held = KEYS[2], launched = KEYS[3], kept = KEYS[4], swept = KEYS[5] }
  local member = string.match(ARGV[3], '^[^ ]+ ') .. request_id
  settle(keys, request_key, member, 'released', '0', '', '0', at_ms)
end

local ENDLESS = 9e15
for index, hold in ipairs(holds) do
  local ends_at_ms = new_ends[index]
  if ends_at_ms then
    prune(hold.key)
    redis.call('HSETNX', hold.key, hold.windowId .. '|committed', '0')
    redis.call('HSET', hold.key, hold.windowId .. '|endsAtMs', string.format('%.0f', ends_at_ms))
    if ends_at_ms < ENDLESS then redis.call('PEXPIREAT', hold.key, string.format('%.0f', ends_at_ms + 8 * DAY_MS)) end
  end
  redis.call('HINCRBY', hold.key, hold.windowId .. '|held', hold.amountMicros)
end
for _, meter in ipairs(meters) do
  redis.call('HSET', meter.key, 'windowId', meter.windowId, 'used', meter.used)
  redis.call('PEXPIRE', meter.key, string.format('%.0f', meter.keepMs))
end
if claim then
  redis.call('HSET', claim_key, 'reservationId', command.reservationId, 'fingerprint', claim.fingerprint)
  redis.call('PERSIST', claim_key)
  if not approved_as then
    redis.call('HDEL', claim_key, 'approval', 'approvalOf', 'approvalUntilMs', 'approvalMicros', 'approvalCurrency')
  end
end
local approval_json = approved_as and '{"approvedAs":"' .. approved_as .. '"}' or nil
if asks and not approved_as then
  local until_ms = string.format('%.0f', at_ms + asks.validMs)
  redis.call('HSET', claim_key, 'approval', 'waiting', 'approvalOf', command.reservationId, 'approvalUntilMs', until_ms,
    'approvalMicros', asks.micros, 'approvalCurrency', asks.currency)
  approval_json = '{"untilMs":' .. until_ms .. '}'
end
-- An empty Lua table is an object to cjson.
local windows_json = #windows == 0 and '[]' or cjson.encode(windows)
local reply = '{"kind":"held","incarnation":' .. incarnation .. ',"reservedAtMs":' .. string.format('%.0f', at_ms)
  .. ',"windows":' .. windows_json .. (duplicate_of and ',"duplicateOf":"' .. duplicate_of .. '"' or '')
  .. (approval_json and ',"approval":' .. approval_json or '') .. (request_id and ',"supersedes":"' .. request_id .. '"' or '')
  .. (shadow_refusal and ',"shadowRefusal":' .. cjson.encode(shadow_refusal) or '') .. '}'
-- What asks for approval can't be launched.
local state = (asks and not approved_as) and 'asking' or 'held'
redis.call('HSET', KEYS[6], 'id', command.reservationId, 'state', state, 'incarnation', incarnation, 'reply', reply,
  'holds', #holds == 0 and '[]' or cjson.encode(holds))
if claim then redis.call('HSET', KEYS[6], 'claim', claim_key) end
if guard then
  redis.call('HSET', KEYS[6], 'guard', guard_key, 'guardAtMs', string.format('%.0f', at_ms))
  redis.call('ZREMRANGEBYSCORE', guard_key, '-inf', at_ms - DAY_MS)
  redis.call('ZADD', guard_key, at_ms, command.reservationId)
  redis.call('PEXPIRE', guard_key, DAY_MS)
end
redis.call('ZADD', KEYS[2], at_ms, ARGV[3])
return reply

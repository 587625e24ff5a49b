#!lua
-- What was decided of a request in an earlier life, on its idempotency key: the key's open call is loaded before it.
-- KEYS  1 state, 2 claim
-- ARGV  1 run id, 2 incarnation, 3 reservation that asked, 4 fingerprint, 5 waiting, approved, denied or expired, 6 until ms,
--       7 micros, 8 currency
-- Returns 1, or 0 when this incarnation is not the one that loads.
local state = redis.call('HMGET', KEYS[1], 'phase', 'runId', 'incarnation')
if state[1] ~= 'loading' or state[2] ~= ARGV[1] or state[3] ~= ARGV[2] then return 0 end
local holder = redis.call('HMGET', KEYS[2], 'reservationId', 'fingerprint')
-- Another request has the key now.
if holder[1] and holder[2] ~= ARGV[4] then return 1 end
if not holder[1] then
  redis.call('HSET', KEYS[2], 'reservationId', ARGV[3], 'fingerprint', ARGV[4])
  redis.call('PEXPIREAT', KEYS[2], string.format('%.0f', tonumber(ARGV[6]) + DAY_MS))
end
redis.call('HSET', KEYS[2], 'approval', ARGV[5], 'approvalOf', ARGV[3], 'approvalUntilMs', ARGV[6], 'approvalMicros', ARGV[7],
  'approvalCurrency', ARGV[8])
return 1

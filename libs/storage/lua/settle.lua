#!lua flags=allow-oom
-- Step 6 of a call: held or launched becomes committed or released; a commit also wins over a release (R5).
-- KEYS  1 state, 2 held index, 3 launched index, 4 kept answers, 5 swept releases, 6 reservation
-- ARGV  1 run id, 2 outcome, 3 actual micros, 4 sealed answer or '', 5 the log has the outcome: 1 or 0, 6 index member
-- Returns 1 when it changed, 0 when not, -1 when not ready.
if not ready_incarnation(KEYS[1], ARGV[1]) then return -1 end
local keys = { held = KEYS[2], launched = KEYS[3], kept = KEYS[4], swept = KEYS[5] }
return settle(keys, KEYS[6], ARGV[6], ARGV[2], ARGV[3], ARGV[4], ARGV[5], now_ms()) and 1 or 0

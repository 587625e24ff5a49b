#!lua flags=allow-oom
-- What the next reserve and launch see of a vault key (R7). Also while loading: a revoke meanwhile must not be lost. An
-- earlier revocation keeps its time, so an older write never takes one back. `allow-oom`: a full server still revokes.
-- KEYS  1 state, 2 key
-- ARGV  1 run id, 2 expires at ms or '', 3 revoked at ms or ''
-- Returns 1, or -1 when neither ready nor loading.
local state = redis.call('HMGET', KEYS[1], 'phase', 'runId')
if not state[1] or state[2] ~= ARGV[1] then return -1 end
local revoked = redis.call('HGET', KEYS[2], 'revokedAtMs')
local keeps = revoked and revoked ~= '' and (ARGV[3] == '' or tonumber(revoked) < tonumber(ARGV[3]))
redis.call('HSET', KEYS[2], 'expiresAtMs', ARGV[2], 'revokedAtMs', keeps and revoked or ARGV[3])
return 1

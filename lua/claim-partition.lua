#!lua flags=allow-oom
-- Asks the worker that holds a partition to hand it over when its batch is done, and all others to
-- leave it alone. Atomic with the time, which is Redis' own (see announce-worker).
-- KEYS[1] claims · sorted set (partition by the end of the claim, epoch ms) · expires with its last
-- ARGV[1] partition · integer · the one that is wanted
-- ARGV[2] ttlMs · integer · ms until the claim ends by itself
-- RETURNS {status}
-- STATUS 1 claimed · workers see it with their next announcement
-- COST 4 commands, no loops
local claims = KEYS[1]
local partition, ttlMs = ARGV[1], tonumber(ARGV[2])

local time = redis.call('TIME')
local untilMs = time[1] * 1000 + math.floor(time[2] / 1000) + ttlMs
redis.call('ZADD', claims, string.format('%.0f', untilMs), partition)
if redis.call('PTTL', claims) < ttlMs then redis.call('PEXPIRE', claims, ttlMs) end
return { 1 }

#!lua flags=allow-oom
-- Takes a partition for one worker when nobody holds it. Atomic, so that two workers that find the
-- partition free at the same moment do not both get it.
-- KEYS[1] lease · hash (fence, owner) · expires in ARGV[3] ms
-- ARGV[1] fence · string · token of this acquisition, never used before
-- ARGV[2] owner · string · who holds it, for people
-- ARGV[3] ttlMs · integer · ms until it is free again unless renewed
-- RETURNS {status, owner of the lease}
-- STATUS 0 held · another token holds it
-- STATUS 1 acquired · it is ours, or was already
-- COST 3 commands, no loops
local lease, fence, owner, ttlMs = KEYS[1], ARGV[1], ARGV[2], ARGV[3]

-- 1. Held by someone else?
local held = redis.call('HMGET', lease, 'fence', 'owner')
if held[1] and held[1] ~= fence then return { 0, held[2] } end

-- 2. Ours.
redis.call('HSET', lease, 'fence', fence, 'owner', owner)
redis.call('PEXPIRE', lease, ttlMs)
return { 1, owner }

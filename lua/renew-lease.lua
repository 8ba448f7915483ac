#!lua flags=allow-oom
-- Prolongs a lease that is still ours. Atomic, so that it never prolongs another's.
-- KEYS[1] lease · hash (fence, owner) · expires in ARGV[2] ms
-- ARGV[1] fence · string · token of the acquisition
-- ARGV[2] ttlMs · integer · ms from now
-- RETURNS {status}
-- STATUS 0 lost · it expired or another token holds it
-- STATUS 1 renewed · ours for another ttlMs
-- COST 2 commands, no loops
local lease, fence, ttlMs = KEYS[1], ARGV[1], ARGV[2]

if redis.call('HGET', lease, 'fence') ~= fence then return { 0 } end
redis.call('PEXPIRE', lease, ttlMs)
return { 1 }

#!lua flags=allow-oom
-- Gives a partition back at once instead of letting its lease expire. Atomic, so that it never
-- ends the lease of whoever came after.
-- KEYS[1] lease · hash (fence, owner) · removed
-- ARGV[1] fence · string · token of the acquisition
-- RETURNS {status}
-- STATUS 0 lost · it expired or another token holds it
-- STATUS 1 released · nobody holds it
-- COST 2 commands, no loops
local lease, fence = KEYS[1], ARGV[1]

if redis.call('HGET', lease, 'fence') ~= fence then return { 0 } end
redis.call('DEL', lease)
return { 1 }

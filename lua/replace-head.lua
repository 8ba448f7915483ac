#!lua
-- Changes what stands in front of a customer's state, and with it the etag: seals a state that is about
-- to move, or opens it again. Atomic, because a commit in between must be noticed, or must notice.
-- KEYS[1] customer · string · expires when it would have
-- ARGV[1] expectedEtag · 8 bytes · what the value must begin with
-- ARGV[2] head · bytes · the new one, its first 8 bytes the new etag
-- ARGV[3] from · integer · the first byte of the value that stays, counted from 1
-- RETURNS a number
-- STATUS 0 replaced · the head is the new one
-- STATUS 1 changed · the value has another etag, or is gone; nothing is written
-- COST 3 commands, no loops
local customer = KEYS[1]

if redis.call('GETRANGE', customer, 0, 7) ~= ARGV[1] then return 1 end
local value = redis.call('GET', customer)
redis.call('SET', customer, ARGV[2] .. string.sub(value, tonumber(ARGV[3])), 'KEEPTTL')
return 0

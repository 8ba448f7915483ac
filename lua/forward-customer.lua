#!lua
-- Puts a forward in the place of a customer who was folded into another. Atomic with what is noted of
-- the customer: `verify` compares how many records there were, and the state that said so is gone.
-- KEYS[1] customer · string · expires in ARGV[3] ms
-- KEYS[2] past · hash · as claim-name.lua has it · none: history is kept for longer than anything here
-- ARGV[1] expectedEtag · 8 bytes · of the sealed state
-- ARGV[2] forward · bytes · the value that leads to the survivor
-- ARGV[3] expiryMs · integer · ms
-- ARGV[4] records · integer · how many ledger records the customer had
-- RETURNS a number
-- STATUS 0 forwarded · the customer's key leads to the survivor
-- STATUS 1 changed · somebody else did it, or it is not sealed any more; nothing is written
-- COST 4 commands, no loops
local customer, past = KEYS[1], KEYS[2]

if redis.call('GETRANGE', customer, 0, 7) ~= ARGV[1] then return 1 end
redis.call('SET', customer, ARGV[2], 'PX', ARGV[3])
redis.call('HSET', past, 'records', ARGV[4])
redis.call('PERSIST', past)
return 0

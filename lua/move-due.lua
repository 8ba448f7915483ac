#!lua
-- Says anew when there is something due for a customer, after somebody looked. Atomic, because the commit
-- of an event in between may have said something else, which must not be lost.
-- KEYS[1] customer · string · read
-- KEYS[2] timers · sorted set · none: an entry goes when nothing is due any more
-- ARGV[1] customerId · bytes · a member of timers
-- ARGV[2] expectedEtag · 8 bytes · what the customer's value must begin with; '' = there must be none;
-- '*' = whatever it is
-- ARGV[3] scoreThen · integer · epoch ms; what the index must still say
-- ARGV[4] score · integer · epoch ms; '' = never
-- RETURNS a number
-- STATUS 0 moved · the index says so
-- STATUS 1 changed · customer or index are others by now; nothing is written
-- COST 3 commands, no loops
local customer, timers, id = KEYS[1], KEYS[2], ARGV[1]

if ARGV[2] ~= '*' and redis.call('GETRANGE', customer, 0, 7) ~= ARGV[2] then return 1 end
local score = redis.call('ZSCORE', timers, id)
if not score or tonumber(score) ~= tonumber(ARGV[3]) then return 1 end
if ARGV[4] == '' then
  redis.call('ZREM', timers, id)
else
  redis.call('ZADD', timers, ARGV[4], id)
end
return 0

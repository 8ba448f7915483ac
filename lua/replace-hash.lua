#!lua
-- Makes a hash consist of the given fields. Atomic, because a reader between the removal of the old
-- fields and the writing of the new ones would find nothing, or a mixture.
-- KEYS[1] entity · hash · none: entities (API keys) are kept until they are removed
-- ARGV[1..] fields · strings · names and values in turn, at least one pair
-- RETURNS {status}
-- STATUS 1 replaced · it has these fields and no others
-- COST 2 commands, no loops
local entity = KEYS[1]

redis.call('UNLINK', entity)
redis.call('HSET', entity, unpack(ARGV))
return { 1 }

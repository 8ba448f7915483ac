#!lua
-- Takes what is due of a channel, oldest first, and has it due again later: if whoever took it dies, it
-- is sent by another. Atomic, so that two do not take the same.
-- KEYS[1] due · sorted set · none · of the channel: delivery ids by when they are due
-- KEYS[2] outbox · hash · none: delivery id → entry
-- ARGV[1] now · integer · epoch ms
-- ARGV[2] limit · integer · at most so many
-- ARGV[3] dueAgainAt · integer · epoch ms
-- RETURNS {status, delivery id, entry, and so on}
-- STATUS 0 claimed · these are the caller's until they are due again
-- STATUS 1 none · nothing is due
-- COST 2 commands and 1 per delivery. Loop: what is taken (the caller asks for at most 256)
local ids = redis.call('ZRANGE', KEYS[1], '-inf', ARGV[1], 'BYSCORE', 'LIMIT', 0, ARGV[2])
if #ids == 0 then return { 1 } end
local entries = redis.call('HMGET', KEYS[2], unpack(ids))
local taken = { 0 }
for i = 1, #ids do
  if entries[i] then
    redis.call('ZADD', KEYS[1], ARGV[3], ids[i])
    taken[#taken + 1] = ids[i]
    taken[#taken + 1] = entries[i]
  else
    redis.call('ZREM', KEYS[1], ids[i])
  end
end
return taken

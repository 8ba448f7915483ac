#!lua
-- Says what became of an attempt to deliver: the outbox and the ledger record, or neither. Atomic, because
-- whoever else sent the same must find it settled: its rows are in history once.
-- KEYS[1] outbox · hash · none: an entry goes when it is settled
-- KEYS[2] due · sorted set · none · of the channel: delivery ids by when they are due
-- KEYS[3] failing · sorted set · none: ids of what failed and was not sent since, by when it last did
-- KEYS[4] ledger · stream · none: history trims it, and ARGV[6] bounds it
-- KEYS[5] position · integer · none: it counts the ledger and must never go back
-- KEYS[6] marked · integer · read: last record known to be in history
-- ARGV[1] deliveryId · bytes · a field of outbox
-- ARGV[2] attempts · integer · the number that the entry must begin with
-- ARGV[3] entry · bytes · what takes its place; '' = it is over
-- ARGV[4] dueAt · integer · epoch ms; '' = not any more: it waits for somebody to try it again
-- ARGV[5] failedAt · integer · epoch ms; '' = it is not failing
-- ARGV[6] ledgerMax · integer · records in the stream; with so many or more nothing is written
-- ARGV[7] record · bytes · a ledger record; '' = there is nothing to say
-- RETURNS a number
-- STATUS 0 settled · everything is written
-- STATUS 1 changed · the entry is gone, or has another number: somebody else was first; nothing is written
-- STATUS 2 ledger_full · history is too far behind; nothing is written
-- STATUS 3 torn · the position lies behind the mark or the ledger: it was lost; nothing is written
-- COST 7 commands, an empty ledger 2 more; no loops
local outbox, due, failing, ledger, position = KEYS[1], KEYS[2], KEYS[3], KEYS[4], KEYS[5]
local id, entry, record = ARGV[1], ARGV[3], ARGV[7]

-- 1. Is it still the attempt that was made?
local stored = redis.call('HGET', outbox, id)
if not stored or string.match(stored, '^%d+') ~= ARGV[2] then return 1 end

-- 2. Its record. See commit.lua for what is looked at.
if record ~= '' then
  local length = redis.call('XLEN', ledger)
  if length >= tonumber(ARGV[6]) then return 2 end
  if
    length == 0
    and tonumber(redis.call('GET', position) or '0') < tonumber(redis.call('GET', KEYS[6]) or '0')
  then
    return 3
  end
  local last = redis.call('INCR', position)
  if redis.pcall('XADD', ledger, last .. '-0', 'r', record).err then
    if last == 1 then redis.call('DEL', position) else redis.call('DECR', position) end
    return 3
  end
end

-- 3. What is left of it.
if entry == '' then
  redis.call('HDEL', outbox, id)
else
  redis.call('HSET', outbox, id, entry)
end
if entry == '' or ARGV[4] == '' then
  redis.call('ZREM', due, id)
else
  redis.call('ZADD', due, ARGV[4], id)
end
if ARGV[5] == '' then
  redis.call('ZREM', failing, id)
else
  redis.call('ZADD', failing, ARGV[5], id)
end
return 0

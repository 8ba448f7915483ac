#!lua
-- Says that an item is sold no more: what was declared of it goes, with its ledger record and the word for
-- who follows, or nothing of all. Atomic, because history must have the versions in the order in which
-- they held.
-- KEYS[1] declared · hash · none: item id → what is declared of it
-- KEYS[2] deleted · sorted set · none: ids of items that were deleted, by when; ARGV[2] bounds it
-- KEYS[3] changes · stream · none: ids of what changed (field `i`); ARGV[3] bounds it
-- KEYS[4] ledger · stream · none: history trims it, and ARGV[1] bounds it
-- KEYS[5] position · integer · none: it counts the ledger and must never go back
-- KEYS[6] marked · integer · read: last record known to be in history
-- ARGV[1] ledgerMax · integer · records in the stream; with so many or more nothing is written
-- ARGV[2] deletedMax · integer · of more deleted items the oldest are forgotten
-- ARGV[3] changesMax · integer · entries of `changes` that are kept, at least
-- ARGV[4] itemId · bytes · which
-- ARGV[5] deletedAt · integer · epoch ms
-- ARGV[6] seen · text · 1 = events told of it, so that it may be deleted undeclared
-- ARGV[7] record · bytes · a ledger record
-- RETURNS a number
-- STATUS 0 deleted · everything is written
-- STATUS 1 unknown · it is neither declared nor seen, or deleted already; nothing is written
-- STATUS 2 ledger_full · history is too far behind; nothing is written
-- STATUS 3 torn · the position lies behind the mark or the ledger: it was lost; nothing is written
-- COST 9 commands, an empty ledger 2 more; no loops
local declared, deleted, changes, ledger, position = KEYS[1], KEYS[2], KEYS[3], KEYS[4], KEYS[5]
local id = ARGV[4]

-- 1. Is it there?
if redis.call('HEXISTS', declared, id) == 0 then
  if ARGV[6] ~= '1' or redis.call('ZSCORE', deleted, id) then return 1 end
end

-- 2. Its record. See commit.lua for what is looked at.
local length = redis.call('XLEN', ledger)
if length >= tonumber(ARGV[1]) then return 2 end
if
  length == 0
  and tonumber(redis.call('GET', position) or '0') < tonumber(redis.call('GET', KEYS[6]) or '0')
then
  return 3
end
local last = redis.call('INCR', position)
if redis.pcall('XADD', ledger, last .. '-0', 'r', ARGV[7]).err then
  if last == 1 then redis.call('DEL', position) else redis.call('DECR', position) end
  return 3
end

-- 3. The item itself.
redis.call('HDEL', declared, id)
redis.call('ZADD', deleted, ARGV[5], id)
redis.call('ZREMRANGEBYRANK', deleted, 0, -1 - tonumber(ARGV[2]))
redis.call('XADD', changes, 'MAXLEN', '~', ARGV[3], '*', 'i', id)
return 0

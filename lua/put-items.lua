#!lua
-- Declares items: what was declared of each before, its ledger record, and the word for who follows, or
-- nothing of all. Atomic, because history must have the versions in the order in which they held.
-- KEYS[1] declared · hash · none: item id → what is declared of it; ARGV[2] bounds it
-- KEYS[2] deleted · sorted set · none: ids of items that were deleted, by when
-- KEYS[3] changes · stream · none: ids of what changed (field `i`); ARGV[3] bounds it
-- KEYS[4] ledger · stream · none: history trims it, and ARGV[1] bounds it
-- KEYS[5] position · integer · none: it counts the ledger and must never go back
-- KEYS[6] marked · integer · read: last record known to be in history
-- ARGV[1] ledgerMax · integer · records in the stream; with so many or more nothing is written
-- ARGV[2] itemsMax · integer · items that may be declared
-- ARGV[3] changesMax · integer · entries of `changes` that are kept, at least
-- ARGV[4..] items · bytes · three each: id, what is declared, ledger record; no id twice
-- RETURNS a number
-- STATUS 0 declared · everything is written
-- STATUS 1 items_full · there would be more than itemsMax; nothing is written
-- STATUS 2 ledger_full · history is too far behind; nothing is written
-- STATUS 3 torn · the position lies behind the mark or the ledger: it was lost; nothing is written
-- COST 4 commands and 5 per item, an empty ledger 2 more. Loops: items (the caller sends at most 500)
local declared, deleted, changes, ledger, position = KEYS[1], KEYS[2], KEYS[3], KEYS[4], KEYS[5]
local FIRST, EACH = 4, 3
local count = (#ARGV - FIRST + 1) / EACH

-- 1. Is there room for those that are new?
local new = 0
for i = 1, count do
  new = new + 1 - redis.call('HEXISTS', declared, ARGV[FIRST + (i - 1) * EACH])
end
if new > 0 and redis.call('HLEN', declared) + new > tonumber(ARGV[2]) then return 1 end

-- 2. Their records. See commit.lua for what is looked at.
local length = redis.call('XLEN', ledger)
if length >= tonumber(ARGV[1]) then return 2 end
if
  length == 0
  and tonumber(redis.call('GET', position) or '0') < tonumber(redis.call('GET', KEYS[6]) or '0')
then
  return 3
end
local last = redis.call('INCRBY', position, count)
for i = 1, count do
  local id = (last - count + i) .. '-0'
  if redis.pcall('XADD', ledger, id, 'r', ARGV[FIRST + (i - 1) * EACH + 2]).err then
    if last == count then redis.call('DEL', position) else redis.call('DECRBY', position, count) end
    return 3
  end
end

-- 3. The items themselves.
for i = 1, count do
  local at = FIRST + (i - 1) * EACH
  redis.call('HSET', declared, ARGV[at], ARGV[at + 1])
  redis.call('ZREM', deleted, ARGV[at])
  redis.call('XADD', changes, 'MAXLEN', '~', ARGV[3], '*', 'i', ARGV[at])
end
return 0

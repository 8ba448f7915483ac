#!lua
-- Appends records that belong to no customer's state (rejections) to a partition's ledger. Atomic,
-- because the position and the stream must agree: ledger ids are gapless.
-- KEYS[1] ledger · stream · none: history trims it, and ARGV[1] bounds it
-- KEYS[2] position · integer · none: it counts the ledger and must never go back
-- KEYS[3] marked · integer · read: last record known to be in history
-- ARGV[1] ledgerMax · integer · records in the stream; with so many or more nothing is written
-- ARGV[2] section · text · `records`, the only one; sections are as those of commit.lua
-- ARGV[3] count · integer · how many records follow, at least one
-- ARGV[4..] records · bytes · one ledger record each
-- RETURNS the number of the last record, or a status that is not above 0
-- STATUS 1 appended · all records are in the ledger (answered as the last number, > 0)
-- STATUS 0 ledger_full · history is too far behind; nothing is written
-- STATUS -1 torn · the position lies behind the mark or the ledger: it was lost; nothing is written
-- STATUS -2 malformed · another section, or another number of records; nothing is written
-- COST 2 commands and one per record, an empty ledger 2 more. Loop: records (the caller sends at most
-- 1,000)
local ledger, position = KEYS[1], KEYS[2]
local FIRST_RECORD = 4

-- 1. Are these records?
local count = #ARGV - FIRST_RECORD + 1
if ARGV[2] ~= 'records' or count < 1 or tonumber(ARGV[3]) ~= count then return -2 end

-- 2. Is there room?
local length = redis.call('XLEN', ledger)
if length >= tonumber(ARGV[1]) then return 0 end

-- 3. Was the position lost? See commit.lua.
if
  length == 0
  and tonumber(redis.call('GET', position) or '0') < tonumber(redis.call('GET', KEYS[3]) or '0')
then
  return -1
end

-- 4. Count and write.
local last = redis.call('INCRBY', position, count)
for i = 1, count do
  local id = (last - count + i) .. '-0'
  if redis.pcall('XADD', ledger, id, 'r', ARGV[FIRST_RECORD - 1 + i]).err then
    if last == count then redis.call('DEL', position) else redis.call('DECRBY', position, count) end
    return -1
  end
end
return last

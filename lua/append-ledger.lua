#!lua
-- Appends records that belong to no customer's state (rejections) to a partition's ledger. Atomic,
-- because the position and the stream must agree: ledger ids are gapless.
-- KEYS[1] ledger · stream · none: history trims it, and ARGV[1] bounds it
-- KEYS[2] position · integer · none: it counts the ledger and must never go back
-- ARGV[1] ledgerMax · integer · records in the stream; with so many or more nothing is written
-- ARGV[2..] records · bytes · one ledger record each, at least one
-- RETURNS the number of the last record, or 0
-- STATUS 1 appended · all records are in the ledger (answered as the last number, > 0)
-- STATUS 0 ledger_full · history is too far behind; nothing is written
-- COST 2 commands and one per record. Loop: records (the caller sends at most 1,000)
local ledger, position = KEYS[1], KEYS[2]
local FIRST_RECORD = 2

-- 1. Is there room?
if redis.call('XLEN', ledger) >= tonumber(ARGV[1]) then return 0 end

-- 2. Count and write.
local count = #ARGV - FIRST_RECORD + 1
local last = redis.call('INCRBY', position, count)
for i = 1, count do
  redis.call('XADD', ledger, (last - count + i) .. '-0', 'r', ARGV[FIRST_RECORD - 1 + i])
end
return last

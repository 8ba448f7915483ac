#!lua flags=allow-oom
-- Declares a frozen range to be in a file on a worker's disk, on its way to history. Atomic and
-- fenced: the record of the freeze becomes the record of the file and the mark moves on in one step,
-- so that no crash leaves a range that is both, or neither, and the ledger can go on and be trimmed.
-- KEYS[1] lease · hash (fence, owner) · read
-- KEYS[2] frozen · hash (first, last, query) · removed
-- KEYS[3] marked · integer · no expiry: it must never go back
-- KEYS[4] spooled · hash (query → 'first last owner') · no expiry: it ends with unspool-ledger
-- ARGV[1] fence · string · token of our lease
-- ARGV[2] query · string · query id of the range
-- ARGV[3] owner · string · the spool directory that has the file
-- ARGV[4] rangesMax · integer · with so many spooled ranges or more nothing is changed
-- RETURNS {status}
-- STATUS 0 fenced · the lease is not ours
-- STATUS 1 spooled · the range is the file's
-- STATUS 2 stale · the open range is another one, or there is none
-- STATUS 3 full · too many ranges are spooled; the range stays frozen
-- COST 6 commands, no loops
local lease, frozen, marked, spooled = KEYS[1], KEYS[2], KEYS[3], KEYS[4]
local fence, query, owner, rangesMax = ARGV[1], ARGV[2], ARGV[3], tonumber(ARGV[4])

-- 1. The fence, the range, and room for it.
if redis.call('HGET', lease, 'fence') ~= fence then return { 0 } end
local open = redis.call('HMGET', frozen, 'first', 'last', 'query')
if open[3] ~= query then return { 2 } end
if redis.call('HLEN', spooled) >= rangesMax then return { 3 } end

-- 2. From frozen to spooled.
redis.call('HSET', spooled, query, open[1] .. ' ' .. open[2] .. ' ' .. owner)
redis.call('SET', marked, open[2])
redis.call('DEL', frozen)
return { 1 }

#!lua flags=allow-oom
-- Declares a frozen range to be in history, and drops its record. Atomic and fenced: a worker that
-- lost its lease cannot mark, and no crash leaves a range that is both marked and open.
-- KEYS[1] lease · hash (fence, owner) · read
-- KEYS[2] frozen · hash (first, last, query) · removed
-- KEYS[3] marked · integer · no expiry: it must never go back
-- ARGV[1] fence · string · token of our lease
-- ARGV[2] query · string · query id of the range
-- RETURNS {status, marked position}; '' unless marked
-- STATUS 0 fenced · the lease is not ours
-- STATUS 1 marked · the range is in history
-- STATUS 2 stale · the open range is another one, or there is none
-- COST 4 commands, no loops
local lease, frozen, marked = KEYS[1], KEYS[2], KEYS[3]
local fence, query = ARGV[1], ARGV[2]

-- 1. The fence, and the range.
if redis.call('HGET', lease, 'fence') ~= fence then return { 0, '' } end
local open = redis.call('HMGET', frozen, 'last', 'query')
if open[2] ~= query then return { 2, '' } end

-- 2. Mark and drop.
redis.call('SET', marked, open[1])
redis.call('DEL', frozen)
return { 1, open[1] }

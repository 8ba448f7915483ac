#!lua flags=allow-oom
-- Fixes which ledger records go to history next, under which query id. Atomic, so that a worker
-- that lost its lease cannot fix a range, and a range once fixed stays the same until it is marked:
-- whoever comes after a crash finds exactly what may already be in history.
-- KEYS[1] lease · hash (fence, owner) · read
-- KEYS[2] frozen · hash (first, last, query) · no expiry: it ends with the mark
-- KEYS[3] position · integer · read: number of the last ledger record
-- KEYS[4] marked · integer · read: last record known to be in history
-- KEYS[5] ledger · stream · read: its first record
-- ARGV[1] fence · string · token of our lease
-- ARGV[2] query · string · query id for a new range
-- ARGV[3] recordsMax · integer · most records in a new range
-- RETURNS {status, first, last, query}; the last three are '' unless there is a range
-- STATUS 0 fenced · the lease is not ours
-- STATUS 1 frozen · a new range
-- STATUS 2 pending · a range frozen before and never marked: read back before inserting
-- STATUS 3 empty · all is in history
-- STATUS 4 torn · position or mark was lost; nothing is frozen, nor is what is frozen answered
-- COST 6 commands, no loops
local lease, frozen, position, marked = KEYS[1], KEYS[2], KEYS[3], KEYS[4]
local fence, query, recordsMax = ARGV[1], ARGV[2], tonumber(ARGV[3])

-- 1. The fence.
if redis.call('HGET', lease, 'fence') ~= fence then return { 0, '', '', '' } end

-- 2. Do the keys fit together? Behind the mark the position counts what history takes for its own.
-- Without a mark nothing was ever trimmed: a ledger that does not begin with 1 had one.
local has = redis.call('GET', marked)
local at, mark = tonumber(redis.call('GET', position) or '0'), tonumber(has or '0')
if at < mark then return { 4, '', '', '' } end
if not has and at > 0 then
  local oldest = redis.call('XRANGE', KEYS[5], '-', '+', 'COUNT', 1)[1]
  if not oldest or oldest[1] ~= '1-0' then return { 4, '', '', '' } end
end

-- 3. A range that is still open comes first.
local open = redis.call('HMGET', frozen, 'first', 'last', 'query')
if open[1] then return { 2, open[1], open[2], open[3] } end

-- 4. The next range. Positions stay below 2^53, so doubles hold them exactly.
local first = mark + 1
local last = math.min(at, first + recordsMax - 1)
if last < first then return { 3, '', '', '' } end
local from, to = string.format('%.0f', first), string.format('%.0f', last)
redis.call('HSET', frozen, 'first', from, 'last', to, 'query', query)
return { 1, from, to, query }

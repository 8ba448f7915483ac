#!lua flags=allow-oom
-- Makes position, mark and ledger fit together again where one of them was lost and will not come
-- back: an operator says so (`verify --repair`). Atomic and fenced, so that no commit counts, and no
-- worker marks, between two of its steps.
-- KEYS[1] lease · hash (fence, owner) · read
-- KEYS[2] ledger · stream · no expiry
-- KEYS[3] position · integer · no expiry: raised
-- KEYS[4] marked · integer · no expiry: set where it was lost
-- KEYS[5] frozen · hash (first, last, query) · read
-- ARGV[1] fence · string · token of our lease
-- ARGV[2] beyond · integer · the last record of this partition that history has
-- ARGV[3] spooled · integer · the last one that waits in a file; 0 = none
-- RETURNS {status, position, records that got a new number}
-- STATUS 0 fenced · the lease is not ours
-- STATUS 1 mended · the position is at or beyond all that was ever counted, as far as is known
-- STATUS 2 whole · there was nothing to mend
-- COST 8 commands and 2 a record that was counted behind the mark; as many as the ledger may hold
local lease, ledger, position, marked, frozen = KEYS[1], KEYS[2], KEYS[3], KEYS[4], KEYS[5]
local fence, beyond, spooled = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3])
local PAGE = 1000

-- 1. The fence, and what there is.
if redis.call('HGET', lease, 'fence') ~= fence then return { 0, 0, 0 } end
local has = redis.call('GET', marked)
local at, mark = tonumber(redis.call('GET', position) or '0'), tonumber(has or '0')
local function numberOf(entry)
  return entry and tonumber(string.match(entry[1], '^%d+')) or 0
end
local oldest = numberOf(redis.call('XRANGE', ledger, '-', '+', 'COUNT', 1)[1])
local newest = numberOf(redis.call('XREVRANGE', ledger, '+', '-', 'COUNT', 1)[1])
local isMarkLost = not has and at > 0 and oldest ~= 1
if at >= mark and at >= newest and not isMarkLost then return { 2, at, 0 } end

-- 2. The mark. What the ledger has no longer was in history, or in a file, before it left.
if isMarkLost then mark = math.max(oldest > 0 and oldest - 1 or at, spooled) end

-- 3. The position: beyond all that ever had a number. Of what lies between, and is neither in the
-- ledger nor frozen, nothing will come any more.
local open = tonumber(redis.call('HGET', frozen, 'last') or '0')
local isAnew = at < mark and newest <= at
local first = math.max(at, mark, newest, open, beyond)
if open == 0 and newest <= mark then mark = first end
redis.call('SET', marked, string.format('%.0f', mark))

-- 4. What was counted behind the mark is not in history: it is counted anew. Of a ledger that goes
-- beyond the position only that was lost, and its numbers are right.
local last = first
while isAnew do
  local page = redis.call('XRANGE', ledger, '-', string.format('%.0f', newest), 'COUNT', PAGE)
  if #page == 0 then break end
  for _, entry in ipairs(page) do
    last = last + 1
    redis.call('XADD', ledger, string.format('%.0f', last) .. '-0', unpack(entry[2]))
  end
  local next = string.format('%.0f', numberOf(page[#page]) + 1)
  redis.call('XTRIM', ledger, 'MINID', next .. '-0')
end
redis.call('SET', position, string.format('%.0f', last))
return { 1, last, last - first }

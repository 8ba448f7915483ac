#!lua
-- Commits one run of a customer: the new state and the ledger records that say what happened, or
-- neither. Atomic, because a state without its records (or the reverse) would be an event lost or
-- counted twice; the etag makes a commit from a stale state impossible, and a refusal brings the
-- fresh value along, so that a conflict costs no second read.
-- The value of a customer: 8 bytes etag, 1 byte format, the rest. Format 0 is a forward (the rest is
-- the customer id to go to); any other is a codec version.
-- KEYS[1] customer · string · expires in ARGV[3] ms, renewed by every commit that gives them
-- KEYS[2] ledger · stream · none: history trims it, and ARGV[4] bounds it
-- KEYS[3] position · integer · none: it counts the ledger and must never go back
-- KEYS[4] seen · sorted set of message hashes by receive time · 24 h, renewed by every spill; any
-- key of the partition where nothing is asked or spilled
-- KEYS[5] marked · integer · read: last record known to be in history
-- KEYS[6..] budgets · hash · none: what was given must never be forgotten · where `grants`, `due` or
-- `deliver` is given: `offer|limit` → "limit granted used returned", whole numbers, of what the partition
-- has; after it, where `due` or `deliver` is given, `timers` · sorted set: customer id by when there is
-- something due; after it, where `deliver` is given, `outbox` · hash: delivery id → what is delivered;
-- `feed` · stream · 10 min: what is delivered to the customer's streams; `news` · stream · 10 min: whose
-- feeds have something new; and of each delivery the sorted set of its channel: its id by when it is due
-- ARGV[1] expectedEtag · 8 bytes · '' = there must be no value
-- ARGV[2] value · bytes · as above, with the new etag
-- ARGV[3] expiryMs · integer · ms; '' = it expires when it would have
-- ARGV[4] ledgerMax · integer · records in the stream; with so many or more nothing is written
-- ARGV[5] seenAfterMs · integer · epoch ms; what was received earlier counts as never seen
-- ARGV[6..] sections · name, count, so many items · in any order, each at most once, none of no items:
--   `records`, which must be there: a ledger record each, bytes
--   `asked`: message hashes to look up in `seen`, 8 bytes each
--   `due`: the customer id, and after it when something is due for it next, epoch ms; alone = never
--   `grants`: of each grant what it takes, in order, as "field cost limit" once or more, in one text
--   `deliver`: of each delivery its id, when it is due, epoch ms, what is delivered, bytes, and what goes
--   to the feed, bytes; '' = nothing
--   `spilled`: of each message hash that leaves the state its receive time, epoch ms, then itself
-- RETURNS committed: the number of the last record; otherwise a list, its first element the status:
-- conflict {1, value or ''}, moved {2, customer id}, seen {3, value or '', index in asked…},
-- ledger_full {4}, torn {5}, malformed {6}, exhausted {7, index in grants…}
-- STATUS 0 committed · everything is written (answered as a bare number > 0)
-- STATUS 1 conflict · another etag is stored; nothing is written
-- STATUS 2 moved · the customer was merged into another one; nothing is written
-- STATUS 3 seen · some of the asked messages were counted before; nothing is written
-- STATUS 4 ledger_full · history is too far behind; nothing is written
-- STATUS 5 torn · the position lies behind the mark or the ledger: it was lost; nothing is written
-- STATUS 6 malformed · a section is unknown, comes twice or is longer than the arguments, or there
-- are no records; nothing is written
-- STATUS 7 exhausted · for these grants the partition has not enough left; nothing is written
-- COST 4 commands and one per record; an empty ledger 2 more, a seen look-up 1, a spill 3, what is due
-- 1, each limit of a granted offer 2, a delivery 2 and one for a feed 4 more. Loops: records (a run: at
-- most 32), asked (as many), grants and deliveries (what those decide), spilled (at most what one state
-- holds)
local customer, ledger, position, seen = KEYS[1], KEYS[2], KEYS[3], KEYS[4]
local value, seenAfterMs = ARGV[2], ARGV[5]
local FIRST_SECTION, BUDGETS, TIMERS, OUTBOX, FEED, NEWS, CHANNELS = 6, 6, 7, 8, 9, 10, 11
local FEED_MS, FEED_MAX, NEWS_MAX, DELIVERY_ITEMS = 600000, 64, 1024, 4

-- 1. Where does each section begin, and where does it end?
local records, asked, grants, spilled, due, recordsEnd, askedEnd, grantsEnd, spilledEnd
local deliver, deliverEnd
local at, given = FIRST_SECTION, #ARGV
while at <= given do
  local name, count = ARGV[at], tonumber(ARGV[at + 1])
  local first = at + 2
  if not count or count < 1 or count % 1 ~= 0 or count > given - first + 1 then return { 6 } end
  at = first + count
  if name == 'records' and not records then
    records, recordsEnd = first, at - 1
  elseif name == 'asked' and not asked then
    asked, askedEnd = first, at - 1
  elseif name == 'grants' and not grants and KEYS[BUDGETS] then
    grants, grantsEnd = first, at - 1
  elseif name == 'due' and not due and count <= 2 and KEYS[TIMERS] then
    due = ARGV[first + 1] and count == 2 and { 'ZADD', KEYS[TIMERS], ARGV[first + 1], ARGV[first] }
      or { 'ZREM', KEYS[TIMERS], ARGV[first] }
  elseif
    name == 'deliver'
    and not deliver
    and count % DELIVERY_ITEMS == 0
    and KEYS[CHANNELS - 1 + count / DELIVERY_ITEMS]
  then
    deliver, deliverEnd = first, at - 1
  elseif name == 'spilled' and not spilled and count % 2 == 0 then
    spilled, spilledEnd = first, at - 1
  else
    return { 6 }
  end
end
if not records then return { 6 } end

-- 2. Is the state still the one that was stepped? An absent key reads as ''.
if redis.call('GETRANGE', customer, 0, 7) ~= ARGV[1] then
  local fresh = redis.call('GET', customer) or ''
  if string.byte(fresh, 9) == 0 then return { 2, string.sub(fresh, 10) } end
  return { 1, fresh }
end

-- 3. Were messages counted that the state no longer remembers?
if asked then
  local scores = redis.call('ZMSCORE', seen, unpack(ARGV, asked, askedEnd))
  local answer = { 3, '' }
  for i = 1, #scores do
    if scores[i] and tonumber(scores[i]) > tonumber(seenAfterMs) then answer[#answer + 1] = i - 1 end
  end
  if #answer > 2 then
    answer[2] = redis.call('GET', customer) or ''
    return answer
  end
end

-- 4. Is there room?
local length = redis.call('XLEN', ledger)
if length >= tonumber(ARGV[4]) then return { 4 } end

-- 5. Was the position lost, as when a slot's source dies in the middle of a move? It would count again
-- what history takes for its own. A ledger that has records refuses to count back (5); an empty one
-- may be lost as well, so only then the mark is read: under traffic records stay for a minute.
if
  length == 0
  and tonumber(redis.call('GET', position) or '0') < tonumber(redis.call('GET', KEYS[5]) or '0')
then
  return { 5 }
end

-- 6. Is there enough of each budget? Where one of an offer's grants lacks, so do those after it: what is
-- given are the first ones, and a run that is stepped again gives the same.
local taken, held
if grants then
  taken, held = {}, {}
  local answer, lacking = { 7 }, {}
  for i = grants, grantsEnd do
    local offer = string.match(ARGV[i], '^[^|]+')
    local fits = not lacking[offer]
    for field, cost, limit in string.gmatch(ARGV[i], '(%S+) (%d+) (%d+)') do
      local has = held[field]
      if not has then
        local value = redis.call('HGET', KEYS[BUDGETS], field) or ''
        has = { string.match(value, '^(%d+) (%d+) (%d+) (%d+)$') }
        for n = 1, #has do has[n] = tonumber(has[n]) end
        -- Under another limit it is not for this catalog to take from.
        has.left = has[1] == tonumber(limit) and has[2] - has[3] - has[4] or 0
        held[field] = has
      end
      fits = fits and has.left - (taken[field] or 0) >= tonumber(cost)
    end
    if fits then
      for field, cost in string.gmatch(ARGV[i], '(%S+) (%d+) %d+') do
        taken[field] = (taken[field] or 0) + tonumber(cost)
      end
    else
      lacking[offer] = true
      answer[#answer + 1] = i - grants
    end
  end
  if #answer > 1 then return answer end
end

-- 7. Write. The ledger first: the one command that may be refused leaves no state behind, and no
-- position that would be in the way of the lost one.
local count = recordsEnd - records + 1
local last = redis.call('INCRBY', position, count)
for i = records, recordsEnd do
  local id = (last - recordsEnd + i) .. '-0'
  if redis.pcall('XADD', ledger, id, 'r', ARGV[i]).err then
    if last == count then redis.call('DEL', position) else redis.call('DECRBY', position, count) end
    return { 5 }
  end
end
if taken then
  for field, cost in pairs(taken) do
    if cost > 0 then
      local has = held[field]
      local value = string.format('%.0f %.0f %.0f %.0f', has[1], has[2], has[3] + cost, has[4])
      redis.call('HSET', KEYS[BUDGETS], field, value)
    end
  end
end
if due then redis.call(unpack(due)) end
if deliver then
  for i = deliver, deliverEnd, DELIVERY_ITEMS do
    local id, dueMs, entry, feed = unpack(ARGV, i, i + DELIVERY_ITEMS - 1)
    redis.call('HSET', KEYS[OUTBOX], id, entry)
    redis.call('ZADD', KEYS[CHANNELS + (i - deliver) / DELIVERY_ITEMS], dueMs, id)
    if feed ~= '' then
      redis.call('XADD', KEYS[FEED], 'MAXLEN', FEED_MAX, '*', 'i', id, 'd', feed)
      redis.call('PEXPIRE', KEYS[FEED], FEED_MS)
      local whose = string.sub(customer, string.find(customer, '}:customer:', 1, true) + 11)
      redis.call('XADD', KEYS[NEWS], 'MAXLEN', '~', NEWS_MAX, '*', 'c', whose)
      redis.call('PEXPIRE', KEYS[NEWS], FEED_MS)
    end
  end
end
if spilled then
  redis.call('ZADD', seen, unpack(ARGV, spilled, spilledEnd))
  redis.call('ZREMRANGEBYSCORE', seen, '-inf', seenAfterMs)
  redis.call('PEXPIRE', seen, 86400000)
end
if ARGV[3] == '' then
  redis.call('SET', customer, value, 'KEEPTTL')
else
  redis.call('SET', customer, value, 'PX', ARGV[3])
end
return last

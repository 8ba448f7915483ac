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
-- key of the partition where ARGV[5] and ARGV[6] are ''
-- KEYS[5] marked · integer · read: last record known to be in history
-- ARGV[1] expectedEtag · 8 bytes · '' = there must be no value
-- ARGV[2] value · bytes · as above, with the new etag
-- ARGV[3] expiryMs · integer · ms; '' = it expires when it would have
-- ARGV[4] ledgerMax · integer · records in the stream; with so many or more nothing is written
-- ARGV[5] asked · bytes · 8 per message hash to look up in `seen`; '' = no need to look
-- ARGV[6] spilled · bytes · 8 per message hash that leaves the state and 8 for its receive time
-- (double, big-endian); '' = none
-- ARGV[7] seenAfterMs · integer · epoch ms; what was received earlier counts as never seen
-- ARGV[8..] records · bytes · one ledger record each, at least one
-- RETURNS committed: the number of the last record; otherwise a list, its first element the status:
-- conflict {1, value or ''}, moved {2, customer id}, seen {3, value or '', index in asked…},
-- ledger_full {4}, torn {5}
-- STATUS 0 committed · everything is written (answered as a bare number > 0)
-- STATUS 1 conflict · another etag is stored; nothing is written
-- STATUS 2 moved · the customer was merged into another one; nothing is written
-- STATUS 3 seen · some of the asked messages were counted before; nothing is written
-- STATUS 4 ledger_full · history is too far behind; nothing is written
-- STATUS 5 torn · the position lies behind the mark or the ledger: it was lost; nothing is written
-- COST 4 commands and one per record; an empty ledger 2 more, a seen look-up 1, a spill 3. Loops:
-- records (a run: at most 32), asked (as many), spilled (at most what one state holds)
local customer, ledger, position, seen = KEYS[1], KEYS[2], KEYS[3], KEYS[4]
local value, asked, spilled = ARGV[2], ARGV[5], ARGV[6]
local FIRST_RECORD = 8

-- 1. Is the state still the one that was stepped? An absent key reads as ''.
if redis.call('GETRANGE', customer, 0, 7) ~= ARGV[1] then
  local fresh = redis.call('GET', customer) or ''
  if string.byte(fresh, 9) == 0 then return { 2, string.sub(fresh, 10) } end
  return { 1, fresh }
end

-- 2. Were messages counted that the state no longer remembers?
if asked ~= '' then
  local hashes = {}
  for at = 1, #asked, 8 do hashes[#hashes + 1] = string.sub(asked, at, at + 7) end
  local scores = redis.call('ZMSCORE', seen, unpack(hashes))
  local answer = { 3, '' }
  for i = 1, #hashes do
    if scores[i] and tonumber(scores[i]) > tonumber(ARGV[7]) then answer[#answer + 1] = i - 1 end
  end
  if #answer > 2 then
    answer[2] = redis.call('GET', customer) or ''
    return answer
  end
end

-- 3. Is there room?
local length = redis.call('XLEN', ledger)
if length >= tonumber(ARGV[4]) then return { 4 } end

-- 4. Was the position lost, as when a slot's source dies in the middle of a move? It would count again
-- what history takes for its own. A ledger that has records refuses to count back (5); an empty one
-- may be lost as well, so only then the mark is read: under traffic records stay for a minute.
if
  length == 0
  and tonumber(redis.call('GET', position) or '0') < tonumber(redis.call('GET', KEYS[5]) or '0')
then
  return { 5 }
end

-- 5. Write. The ledger first: the one command that may be refused leaves no state behind, and no
-- position that would be in the way of the lost one.
local count = #ARGV - FIRST_RECORD + 1
local last = redis.call('INCRBY', position, count)
for i = 1, count do
  local id = (last - count + i) .. '-0'
  if redis.pcall('XADD', ledger, id, 'r', ARGV[FIRST_RECORD - 1 + i]).err then
    if last == count then redis.call('DEL', position) else redis.call('DECRBY', position, count) end
    return { 5 }
  end
end
if spilled ~= '' then
  local scored = {}
  for at = 1, #spilled, 16 do
    scored[#scored + 1] = struct.unpack('>d', spilled, at + 8)
    scored[#scored + 1] = string.sub(spilled, at, at + 7)
  end
  redis.call('ZADD', seen, unpack(scored))
  redis.call('ZREMRANGEBYSCORE', seen, '-inf', ARGV[7])
  redis.call('PEXPIRE', seen, 86400000)
end
if ARGV[3] == '' then
  redis.call('SET', customer, value, 'KEEPTTL')
else
  redis.call('SET', customer, value, 'PX', ARGV[3])
end
return last

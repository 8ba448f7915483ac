#!lua
-- Makes a name lead to a customer, if it leads to nobody yet: two customers may claim one name at the
-- same instant. Its key then holds a forward: 8 bytes etag, a byte 0, the id of the customer ('' = it
-- leads nowhere). The etag is new each time, also for whom it leads to already: who saw the key before,
-- and took the name for nobody's, has to look again.
-- KEYS[1] name · string · as the value of a customer · expires in ARGV[3] ms
-- KEYS[2] past · hash · `o:<customer>` → when that one claimed it, epoch ms; `shared` → when it was last
-- found to be everybody's; `records` → what the name had as a customer · none where it has `records`,
-- else expires as the name does
-- ARGV[1] claimant · bytes · a customer id; '' = nobody, who only makes the etag new
-- ARGV[2] forward · bytes · the value that leads to it
-- ARGV[3] expiryMs · integer · ms
-- ARGV[4] nowMs · integer · epoch ms
-- ARGV[5] over · 8 bytes · the etag of a forward to somebody else that may be replaced; '' = none may
-- ARGV[6] loser · bytes · a customer id: the person who had the name until now, and counts; '' = nobody
-- ARGV[7] ownersMax · integer · with so many different people the name is everybody's; 0 = the claimant
-- is none who counts
-- ARGV[8] windowMs · integer · ms · how long people count, and the name stays everybody's; 0 = it is a
-- person's own
-- ARGV[9..] same · bytes · ids that are the loser's or the claimant's, too: a person counts once
-- RETURNS {status}; owned also the customer id that holds it, and the etag
-- STATUS 0 claimed · it leads to the claimant, now or before
-- STATUS 1 owned · it leads to somebody else; nothing changed
-- STATUS 2 customer · it is a customer of its own, or one that is on the move; nothing changed
-- STATUS 3 shared · it is everybody's: it led nowhere before, or does from now on
-- COST at most 9 commands, and one for each of ARGV[9..]; loops over these, names of two customers, and over
-- its claimants, of whom there are at most ARGV[7] in a window
local name, past = KEYS[1], KEYS[2]
local claimant, forward, expiryMs, nowMs = ARGV[1], ARGV[2], ARGV[3], tonumber(ARGV[4])
local over, loser, ownersMax, windowMs = ARGV[5], ARGV[6], tonumber(ARGV[7]), tonumber(ARGV[8])
local FORWARD = 0
local since = nowMs - windowMs

local value = redis.call('GET', name)
local isForward = not value or string.byte(value, 9) == FORWARD
local owner = value and isForward and string.sub(value, 10) or ''

-- 1. Is it everybody's? Then it leads nowhere, or where somebody decided.
if windowMs > 0 then
  local sharedAt = tonumber(redis.call('HGET', past, 'shared') or '')
  if sharedAt and sharedAt > since then
    -- What is told of the past does not make it somebody's earlier.
    redis.call('HSET', past, 'shared', math.max(nowMs, sharedAt))
    return { 3 }
  end
end

-- 2. Who holds it?
if not isForward then return { 2 } end
if owner ~= '' and owner ~= claimant then
  local etag = string.sub(value, 1, 8)
  if etag ~= over then return { 1, owner, etag } end
end

-- 3. Has it been too many people's?
if ownersMax > 0 and owner ~= claimant then
  for i = 9, #ARGV do redis.call('HDEL', past, 'o:' .. ARGV[i]) end
  if loser ~= '' then
    -- Who claimed it is somebody else by now: one person.
    if owner ~= loser then redis.call('HDEL', past, 'o:' .. owner) end
    redis.call('HSETNX', past, 'o:' .. loser, nowMs)
  end
  local owners = 1
  local fields = redis.call('HGETALL', past)
  for i = 1, #fields, 2 do
    local person = string.match(fields[i], '^o:(.*)$')
    if person and tonumber(fields[i + 1]) <= since then
      redis.call('HDEL', past, fields[i])
    elseif person and person ~= claimant then
      owners = owners + 1
    end
  end
  if owners >= ownersMax then
    redis.call('HSET', past, 'shared', nowMs)
    -- How many records the name had must be found again by whoever it leads to next: itself.
    if redis.call('HEXISTS', past, 'records') == 1 then
      redis.call('SET', name, string.sub(forward, 1, 9), 'PX', expiryMs)
    elseif value then
      redis.call('DEL', name)
    end
    return { 3 }
  end
  redis.call('HSET', past, 'o:' .. claimant, nowMs)
  if redis.call('HEXISTS', past, 'records') == 0 then redis.call('PEXPIRE', past, expiryMs) end
end

-- 4. It is the claimant's.
redis.call('SET', name, forward, 'PX', expiryMs)
return { 0 }

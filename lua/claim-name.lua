#!lua
-- Makes a name lead to a customer, if it leads to nobody yet: two customers may claim one name at the
-- same instant. Its key then holds a forward: 8 bytes etag, a byte 0, the id of the customer.
-- KEYS[1] name · string · as the value of a customer · expires in ARGV[3] ms
-- KEYS[2] past · hash · `o:<customer>` → when that one claimed it, epoch ms; `shared` → when it was last
-- found to be everybody's; `records` → what the name had as a customer · none where it has `records`,
-- else expires as the name does
-- ARGV[1] claimant · bytes · a customer id
-- ARGV[2] forward · bytes · the value that leads to it
-- ARGV[3] expiryMs · integer · ms
-- ARGV[4] nowMs · integer · epoch ms
-- ARGV[5] holder · bytes · a customer id: whoever holds it may lose it; '' = nobody may
-- ARGV[6] ownersMax · integer · with so many different claimants the name is everybody's; 0 = it cannot
-- be, or the claimant does not count
-- ARGV[7] windowMs · integer · ms · how long a claimant counts
-- RETURNS {status}; owned also the customer id that holds it
-- STATUS 0 claimed · it leads to the claimant, now or before
-- STATUS 1 owned · it leads to somebody else; nothing changed
-- STATUS 2 customer · it is a customer of its own, or one that is on the move; nothing changed
-- STATUS 3 shared · it is everybody's, and leads nowhere any more
-- COST at most 8 commands; loops over its claimants, of whom there are at most ARGV[6] in a window
local name, past = KEYS[1], KEYS[2]
local claimant, forward, expiryMs, nowMs = ARGV[1], ARGV[2], ARGV[3], tonumber(ARGV[4])
local holder, ownersMax, windowMs = ARGV[5], tonumber(ARGV[6]), tonumber(ARGV[7])
local FORWARD = 0

-- 1. Who holds it?
local value = redis.call('GET', name)
if value then
  if string.byte(value, 9) ~= FORWARD then return { 2 } end
  local owner = string.sub(value, 10)
  if owner == claimant then
    redis.call('PEXPIRE', name, expiryMs)
    return { 0 }
  end
  if owner ~= holder then return { 1, owner } end
end

-- 2. Has it been too many people's?
if ownersMax > 0 then
  local since = nowMs - windowMs
  local sharedAt = tonumber(redis.call('HGET', past, 'shared') or '')
  local owners = 1
  local fields = redis.call('HGETALL', past)
  for i = 1, #fields, 2 do
    local owner = string.match(fields[i], '^o:(.*)$')
    if owner and tonumber(fields[i + 1]) <= since then
      redis.call('HDEL', past, fields[i])
    elseif owner and owner ~= claimant then
      owners = owners + 1
    end
  end
  if (sharedAt and sharedAt > since) or owners >= ownersMax then
    redis.call('HSET', past, 'shared', nowMs)
    if value then redis.call('DEL', name) end
    return { 3 }
  end
  redis.call('HSET', past, 'o:' .. claimant, nowMs)
  if redis.call('HEXISTS', past, 'records') == 0 then redis.call('PEXPIRE', past, expiryMs) end
end

-- 3. It is the claimant's.
redis.call('SET', name, forward, 'PX', expiryMs)
return { 0 }

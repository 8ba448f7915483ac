#!lua
-- The pool of an offer's budget: notes what partitions told they have got and given back, and allots to
-- those that are short. Atomic, because all partitions draw on one limit. What a partition was granted
-- only grows: it may be told twice, late, or never, and nothing is given twice.
-- Under another limit than before nothing is allotted until all that lay idle has been called in: what
-- was allotted under a smaller limit would else be there still when that limit comes back, however much
-- was used meanwhile.
-- KEYS[1] pool · hash (`limit|partition` → "granted returned"; `limit` → "out most change settled": in
-- all, under which limit, how often that changed, and the last change that all was called in for) ·
-- none: what was given must never be forgotten
-- ARGV[1] share · integer · at most this part of what is free goes to one partition at once, if less
-- would do
-- ARGV[2..] told · limit, partition, most, need, granted, used, returned, since · which limit of the offer
-- (`g`, `m`, `d<day>`), and how much it is; what the partition must have left (0 = nothing), and what
-- it has; the change since which everything idle was called in, 0 = it was not
-- RETURNS {status, of each told: granted by now, free of its limit by now}, the amounts as text, since
-- clients round the last integers below 2⁵³
-- STATUS 0 dry · somebody is short still: there is not so much free; what there is was allotted
-- STATUS 1 allotted · everybody has what is needed
-- STATUS 2 changing · of a limit that changed not all is called in: nothing of it was allotted, and what
-- the partition was granted may be more than it may use
-- COST 1 command for each told, 2 more where something changed; the first of a new day looks at all
-- fields once and removes old days. Loops: told (3 of one partition, or 3 of each)
local pool, share = KEYS[1], tonumber(ARGV[1])
local TOLD, DAYS_KEPT, EXACT_MAX = 8, 2, 9007199254740991
local answer = { 1 }

local function removeOldDays(limit)
  local day = tonumber(string.match(limit, '^d(%d+)$') or 0)
  if day == 0 then return end
  for _, field in ipairs(redis.call('HKEYS', pool)) do
    local old = string.match(field, '^d(%d+)') or string.match(field, '^told|d(%d+)')
    if old and tonumber(old) < day - DAYS_KEPT then redis.call('HDEL', pool, field) end
  end
end

for i = 2, #ARGV, TOLD do
  local limit, partition, most, need = ARGV[i], ARGV[i + 1], tonumber(ARGV[i + 2]), tonumber(ARGV[i + 3])
  local used = tonumber(ARGV[i + 5])
  local field = limit .. '|' .. partition

  -- 1. Neither side has to know the latest of the other: both only grow.
  local stored = redis.call('HMGET', pool, field, limit)
  local granted, returned = string.match(stored[1] or '', '^(%d+) (%d+)$')
  granted, returned = tonumber(granted or 0), tonumber(returned or 0)
  local out, under, change, settled = string.match(stored[2] or '', '^(%d+) (%d+) (%d+) (%d+)$')
  out, under = tonumber(out or 0), tonumber(under or most)
  change, settled = tonumber(change or 1), tonumber(settled or 1)
  local nowGranted = math.max(granted, tonumber(ARGV[i + 4]))
  local nowReturned = math.max(returned, tonumber(ARGV[i + 6]))
  out = out + (nowGranted - granted) - (nowReturned - returned)

  -- 2. Does somebody ask under another limit? Where nothing is out, nothing lies idle.
  if need > 0 and most ~= under then under, change = most, change + 1 end
  if out == 0 or tonumber(ARGV[i + 7]) == change then settled = change end

  -- 3. Is the partition short?
  local free = most - out
  local short = need - (nowGranted - nowReturned - used)
  if settled ~= change then
    if need > 0 then answer[1] = 2 end
  elseif need > 0 and short > 0 then
    if free < short and answer[1] == 1 then answer[1] = 0 end
    local give = math.min(free, math.max(short, math.floor(free / share)), EXACT_MAX - nowGranted)
    give = math.max(0, give)
    nowGranted, out, free = nowGranted + give, out + give, free - give
  end

  local told = string.format('%.0f %.0f', nowGranted, nowReturned)
  local inAll = string.format('%.0f %.0f %.0f %.0f', out, under, change, settled)
  if nowGranted > 0 and not stored[2] then removeOldDays(limit) end
  if nowGranted > 0 and told ~= stored[1] then redis.call('HSET', pool, field, told) end
  if (nowGranted > 0 or stored[2]) and inAll ~= stored[2] then redis.call('HSET', pool, limit, inAll) end
  answer[#answer + 1] = string.format('%.0f', nowGranted)
  answer[#answer + 1] = string.format('%.0f', free)
end
return answer

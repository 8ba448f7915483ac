#!lua
-- The pool of an offer's budget: notes what partitions told they have got and given back, and allots to
-- those that are short. Atomic, because all partitions draw on one limit. What a partition was granted
-- only grows: it may be told twice, late, or never, and nothing is given twice.
-- KEYS[1] pool · hash (`limit|partition` → "granted returned", `limit` → in all) · none: what was given
-- must never be forgotten
-- ARGV[1] share · integer · at most this part of what is free goes to one partition at once, if less
-- would do
-- ARGV[2..] told · limit, partition, most, need, granted, used, returned · which limit of the offer (`g`,
-- `m`, `d<day>`), and how much it is; what the partition must have left (0 = nothing), and what it has
-- RETURNS {status, of each told: granted by now, free of its limit by now}
-- STATUS 0 dry · somebody is short still: there is not so much free; what there is was allotted
-- STATUS 1 allotted · everybody has what is needed
-- COST 1 command for each told, 2 more where something changes; the first of a new day looks at all
-- fields once and removes old days. Loops: told (3 of one partition, or 3 of each)
local pool, share = KEYS[1], tonumber(ARGV[1])
local TOLD, DAYS_KEPT = 7, 2
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
  local out = tonumber(stored[2] or 0)
  local nowGranted = math.max(granted, tonumber(ARGV[i + 4]))
  local nowReturned = math.max(returned, tonumber(ARGV[i + 6]))
  out = out + (nowGranted - granted) - (nowReturned - returned)

  -- 2. Is the partition short?
  local free = most - out
  local short = need - (nowGranted - nowReturned - used)
  if need > 0 and short > 0 then
    if free < short then answer[1] = 0 end
    local give = math.max(0, math.min(free, math.max(short, math.floor(free / share))))
    nowGranted, out, free = nowGranted + give, out + give, free - give
  end

  if nowGranted ~= granted or nowReturned ~= returned then
    if not stored[2] then removeOldDays(limit) end
    local value = string.format('%.0f %.0f', nowGranted, nowReturned)
    redis.call('HSET', pool, field, value, limit, string.format('%.0f', out))
  end
  answer[#answer + 1], answer[#answer + 2] = nowGranted, free
end
return answer

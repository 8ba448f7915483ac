#!lua
-- What a partition has of an offer's budget: takes what the pool has allotted, and gives idle units back
-- where it is asked to, or where they were allotted under another limit. Atomic, because commits take
-- from the same numbers. All numbers only grow, so that a call made twice changes nothing: what is idle
-- is granted − used − returned.
-- KEYS[1] budgets · hash · none: what was given must never be forgotten
-- ARGV[1] idle · string · `keep`, or `return` all of it
-- ARGV[2..] limits · field, limit, granted · `offer|limit`, the limit in force, and what the pool has
-- granted in all, 0 = nothing more than is known here
-- RETURNS {0, of each limit: granted, used, returned}, the amounts as text, since clients round the last
-- integers below 2⁵³
-- STATUS 0 held · everything is as it is answered
-- COST 2 commands a limit; the first of a new day looks at all fields once and removes old days.
-- Loops: limits (3 at most)
local budgets, returnsIdle = KEYS[1], ARGV[1] == 'return'
local DAYS_KEPT = 2
local answer = { 0 }
for i = 2, #ARGV, 3 do
  local field, limit = ARGV[i], ARGV[i + 1]
  local stored = redis.call('HGET', budgets, field)
  local was, granted, used, returned = string.match(stored or '', '^(%d+) (%d+) (%d+) (%d+)$')
  granted, used, returned = tonumber(granted or 0), tonumber(used or 0), tonumber(returned or 0)
  granted = math.max(granted, tonumber(ARGV[i + 2]))
  if returnsIdle or (was and was ~= limit) then returned = granted - used end
  local value = string.format('%s %.0f %.0f %.0f', limit, granted, used, returned)
  if value ~= stored and granted > 0 then
    redis.call('HSET', budgets, field, value)
    local days, day = string.match(field, '^([^|]+|d)(%d+)$')
    if day and not stored then
      for _, other in ipairs(redis.call('HKEYS', budgets)) do
        local old = string.match(other, '^' .. days .. '(%d+)$')
        if old and tonumber(old) < tonumber(day) - DAYS_KEPT then
          redis.call('HDEL', budgets, other)
        end
      end
    end
  end
  for _, amount in ipairs({ granted, used, returned }) do
    answer[#answer + 1] = string.format('%.0f', amount)
  end
end
return answer

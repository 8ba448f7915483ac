#!lua flags=allow-oom
-- Notes a range that may have rows in history twice, for whoever holds the partition to look at: its
-- insert was, or may yet be, answered after another worker had written it. Atomic with its bound. Not
-- fenced: it is those without the lease who know.
-- KEYS[1] suspects · hash (query → 'first last dueAtMs') · no expiry: ends with clear-suspect
-- ARGV[1] query · string · query id of the range
-- ARGV[2] entry · string · 'first last dueAtMs'; replaces an earlier one of the same query
-- ARGV[3] suspectsMax · integer · with so many others or more nothing is noted
-- RETURNS {status}
-- STATUS 1 noted · it will be looked at
-- STATUS 2 full · too many are noted; `verify` finds what is twice
-- COST 3 commands, no loops
local suspects, query, entry, suspectsMax = KEYS[1], ARGV[1], ARGV[2], tonumber(ARGV[3])

if redis.call('HEXISTS', suspects, query) == 0 and redis.call('HLEN', suspects) >= suspectsMax then
  return { 2 }
end
redis.call('HSET', suspects, query, entry)
return { 1 }

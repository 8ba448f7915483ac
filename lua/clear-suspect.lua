#!lua flags=allow-oom
-- Forgets a suspect range that was looked at. Atomic, so that one that was noted again meanwhile
-- stays.
-- KEYS[1] suspects · hash (query → 'first last dueAtMs') · no expiry: this ends it
-- ARGV[1] query · string · query id of the range
-- ARGV[2] entry · string · as it was when it was looked at
-- RETURNS {status}
-- STATUS 1 cleared · it is forgotten
-- STATUS 2 changed · there is another entry, or none
-- COST 2 commands, no loops
local suspects, query, entry = KEYS[1], ARGV[1], ARGV[2]

if redis.call('HGET', suspects, query) ~= entry then return { 2 } end
redis.call('HDEL', suspects, query)
return { 1 }

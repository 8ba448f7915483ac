#!lua flags=allow-oom
-- Declares a spooled range to be in history. Atomic, and guarded by who spooled it and under which
-- query id instead of by a lease: a worker that lost the partition still brings home what is on its
-- disk, and nobody else can declare it.
-- KEYS[1] spooled · hash (query → 'first last owner') · no expiry: this ends it
-- ARGV[1] query · string · query id of the range
-- ARGV[2] owner · string · the spool directory that has the file
-- RETURNS {status}
-- STATUS 1 unspooled · the range is in history
-- STATUS 2 stale · nothing is spooled under this query id by this owner
-- COST 2 commands, no loops
local spooled, query, owner = KEYS[1], ARGV[1], ARGV[2]

local range = redis.call('HGET', spooled, query)
if not range or string.match(range, '%S+$') ~= owner then return { 2 } end
redis.call('HDEL', spooled, query)
return { 1 }

#!lua
-- Gives the current version of a snapshot its entry among the versions, and keeps its content by
-- hash, where a build published it that knew of no versions. Atomic, so that what is recorded is what
-- was current, whoever publishes meanwhile.
-- KEYS[1] current · hash (publication, hash, source) · none: the service cannot run without it
-- KEYS[2] versions · hash (number → entry) · none: every published version stays
-- KEYS[3] contents · hash (content hash → source) · none: versions refer to it
-- ARGV[1] publication · integer · number that the entry is for
-- ARGV[2] hash · string · content hash that the entry is for
-- ARGV[3] entry · JSON · as in publish-snapshot.lua
-- RETURNS status
-- STATUS 0 known · it has an entry, which stays as it is
-- STATUS 1 recorded · it has one now
-- STATUS 2 other · another version is current by now; nothing was written
-- COST 1 to 4 commands, no loops
local current, versions, contents = KEYS[1], KEYS[2], KEYS[3]
local publication, hash, entry = ARGV[1], ARGV[2], ARGV[3]

-- 1. Still that one?
local stored = redis.call('HMGET', current, 'publication', 'hash')
if stored[1] ~= publication or stored[2] ~= hash then return 2 end

-- 2. Its entry, and what it refers to.
if redis.call('HSETNX', versions, publication, entry) == 0 then return 0 end
redis.call('HSETNX', contents, hash, redis.call('HGET', current, 'source'))
return 1

#!lua
-- Publishes a version of a snapshot: its content by hash, its entry among the versions and the next
-- number, together. Atomic, so that two who publish at once get two numbers, and a reader never sees
-- a number with other content. Publishing what is current already changes nothing: every start of
-- the service publishes. Content that comes back is kept as it was written the first time.
-- KEYS[1] current · hash (publication, hash, source) · none: the service cannot run without it
-- KEYS[2] versions · hash (number → entry) · none: every published version stays
-- KEYS[3] contents · hash (content hash → source) · none: versions refer to it
-- ARGV[1] hash · string · content hash of the version
-- ARGV[2] source · string · the content, as text
-- ARGV[3] entry · JSON · what is said of the version: its hash, name, time, author, note
-- ARGV[4] expected · integer · number that must be current, 0 = none may be; '' = any
-- RETURNS {status, publication number now current}
-- STATUS 0 unchanged · this content is the current one
-- STATUS 1 published · it is current now, under a new number
-- STATUS 2 conflict · another number is current than the one expected; nothing was written
-- STATUS 3 unrecorded · what is current has no entry (an earlier build published it): record it first
-- COST 2 commands when unchanged, 7 when published; no loops
local current, versions, contents = KEYS[1], KEYS[2], KEYS[3]
local hash, source, entry, expected = ARGV[1], ARGV[2], ARGV[3], ARGV[4]

-- 1. What is current, and is it among the versions?
local stored = redis.call('HMGET', current, 'publication', 'hash')
local publication = tonumber(stored[1] or 0)
if publication > 0 and redis.call('HEXISTS', versions, publication) == 0 then
  return { 3, publication }
end

-- 2. Is it this content already? Asked before the number, so that publishing again after an answer
-- that was lost is no conflict with oneself.
if stored[2] == hash then return { 0, publication } end
if expected ~= '' and tonumber(expected) ~= publication then return { 2, publication } end

-- 3. The next number, and all of it.
publication = redis.call('HINCRBY', current, 'publication', 1)
redis.call('HSETNX', contents, hash, source)
redis.call('HSET', versions, publication, entry)
redis.call('HSET', current, 'hash', hash, 'source', redis.call('HGET', contents, hash))
return { 1, publication }

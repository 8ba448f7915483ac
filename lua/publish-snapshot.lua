#!lua
-- Publishes a version of a snapshot: its content by hash, its entry among the versions and the next
-- number, together. Atomic, so that two who publish at once get two numbers, and a reader never sees
-- a number with other content. Publishing what is current already changes nothing but what is known of
-- the folder: every start of the service looks at its folder. Content that comes back is kept as it was
-- written the first time.
-- `folder` is the content hash that was offered from a folder last. A build from before it was kept
-- publishes folders and does not write it: it is right while `folderAt` is the current number, else
-- what is current came from a folder.
-- KEYS[1] current · hash (publication, hash, source, folder, folderAt) · none: cannot run without it
-- KEYS[2] versions · hash (number → entry) · none: every published version stays
-- KEYS[3] contents · hash (content hash → source) · none: versions refer to it
-- ARGV[1] hash · string · content hash of the version
-- ARGV[2] source · string · the content, as text
-- ARGV[3] entry · JSON · what is said of the version: its hash, name, time, author, note, origin
-- ARGV[4] expected · integer · number that must be current, 0 = none may be; '' = any
-- ARGV[5] from_folder · integer · 1 = the content is that of a folder, 0 = it came otherwise
-- RETURNS {status, publication number now current}
-- STATUS 0 unchanged · this content is the current one
-- STATUS 1 published · it is current now, under a new number
-- STATUS 2 conflict · another number is current than the one expected; nothing was written
-- STATUS 3 unrecorded · what is current has no entry (an earlier build published it): record it first
-- COST 3 commands when unchanged, 7 when published; no loops
local current, versions, contents = KEYS[1], KEYS[2], KEYS[3]
local hash, source, entry, expected, from_folder = ARGV[1], ARGV[2], ARGV[3], ARGV[4], ARGV[5]

-- 1. What is current, and is it among the versions?
local stored = redis.call('HMGET', current, 'publication', 'hash', 'folder', 'folderAt')
local publication = tonumber(stored[1] or 0)
if publication > 0 and redis.call('HEXISTS', versions, publication) == 0 then
  return { 3, publication }
end

-- 2. What came from a folder last, this included.
local folder = stored[3] or ''
if tonumber(stored[4] or 0) ~= publication then folder = stored[2] or '' end
if from_folder == '1' then folder = hash end

-- 3. Is it this content already? Asked before the number, so that publishing again after an answer
-- that was lost is no conflict with oneself.
if stored[2] == hash then
  if stored[3] ~= folder then
    redis.call('HSET', current, 'folder', folder, 'folderAt', publication)
  end
  return { 0, publication }
end
if expected ~= '' and tonumber(expected) ~= publication then return { 2, publication } end

-- 4. The next number, and all of it.
publication = redis.call('HINCRBY', current, 'publication', 1)
redis.call('HSETNX', contents, hash, source)
redis.call('HSET', versions, publication, entry)
redis.call('HSET', current, 'hash', hash, 'source', redis.call('HGET', contents, hash),
  'folder', folder, 'folderAt', publication)
return { 1, publication }

#!lua
-- Publishes a catalog: its files, their hash and the next publication number, together. Atomic, so
-- that two who publish at once get two numbers, and a reader never sees a number with other files.
-- Publishing what is current already changes nothing: every start of the service publishes.
-- KEYS[1] current · hash (publication, hash, source) · none: the service cannot run without it
-- ARGV[1] hash · string · content hash of the catalog
-- ARGV[2] source · JSON · the files, [{path, text}…]
-- RETURNS {status, publication number now current}
-- STATUS 0 unchanged · this content is the current one
-- STATUS 1 published · it is current now, under a new number
-- COST 1 command when unchanged, 3 when published; no loops
local current, hash, source = KEYS[1], ARGV[1], ARGV[2]

-- 1. Is it current already?
local stored = redis.call('HMGET', current, 'hash', 'publication')
if stored[1] == hash then return { 0, tonumber(stored[2]) } end

-- 2. The next number, and all of it.
local publication = redis.call('HINCRBY', current, 'publication', 1)
redis.call('HSET', current, 'hash', hash, 'source', source)
return { 1, publication }

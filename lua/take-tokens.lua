#!lua flags=allow-oom
-- Takes events from the rate of one API key. Atomic, because all gateways take from one bucket. The
-- bucket is kept as the time at which it will be full again: it fills by itself, and a bucket that is
-- full is no key at all. Allowed when memory is full: it frees the key it writes within a burst's time.
-- KEYS[1] fullAt · string, epoch ms with decimals · expires a second after the bucket is full
-- ARGV[1] nowMs · integer · epoch ms of the caller's clock
-- ARGV[2] perSecond · number · tokens that come back each second
-- ARGV[3] burst · integer · tokens that the bucket holds
-- ARGV[4] needs · integer · tokens that must be there, or nothing is taken
-- ARGV[5] takes · integer · tokens that are taken then, even if that leaves less than none
-- ARGV[6] ahead · integer · tokens that are taken beside them as far as they are there
-- RETURNS {status, tokens taken, ms until ARGV[4] tokens are there, ms until the bucket is full}
-- STATUS 0 empty · there are fewer than are needed; nothing was taken
-- STATUS 1 taken · they are the caller's, to spend when it likes
-- COST 2 commands, no loops
local key, now = KEYS[1], tonumber(ARGV[1])
local msPerToken, burst = 1000 / tonumber(ARGV[2]), tonumber(ARGV[3])
local needs, takes, ahead = tonumber(ARGV[4]), tonumber(ARGV[5]), tonumber(ARGV[6])
-- Fractions of a token that arithmetic loses must not keep a caller waiting for another round.
local EPSILON = 0.001

-- 1. What is there?
local fullAt = math.max(now, tonumber(redis.call('GET', key) or now))
local available = burst - (fullAt - now) / msPerToken + EPSILON
if available < needs then
  return { 0, 0, math.ceil((needs - available) * msPerToken), math.ceil(fullAt - now) }
end

-- 2. Taken.
local taken = takes + math.max(0, math.min(ahead, math.floor(available - takes)))
fullAt = fullAt + taken * msPerToken
redis.call('SET', key, string.format('%.3f', fullAt), 'PX', math.ceil(fullAt - now) + 1000)
return { 1, taken, 0, math.ceil(fullAt - now) }

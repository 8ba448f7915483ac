#!lua flags=allow-oom
-- Says that a worker lives, and answers which workers do and which partitions are asked for. Atomic,
-- so that every answer is a whole picture. Time is Redis' own: workers on machines whose clocks
-- differ must not take each other for dead.
-- KEYS[1] alive · sorted set (worker id by the end of its time, epoch ms) · expires in ARGV[2] ms
-- KEYS[2] claims · sorted set (partition by the end of the claim, epoch ms) · read: ended ones go
-- ARGV[1] worker · string · id; ids in their order are the order in which workers started
-- ARGV[2] ttlMs · integer · ms until the worker is taken for dead unless it announces itself again
-- RETURNS {status, ids of the workers alive, partitions that somebody claims}
-- STATUS 1 announced · until ttlMs from now
-- COST 7 commands; linear in what ended and in the workers and partitions answered, 4096 at most
local alive, claims = KEYS[1], KEYS[2]
local worker, ttlMs = ARGV[1], tonumber(ARGV[2])

-- 1. What has ended, goes.
local time = redis.call('TIME')
local nowMs = time[1] * 1000 + math.floor(time[2] / 1000)
local now = string.format('%.0f', nowMs)
redis.call('ZREMRANGEBYSCORE', alive, '-inf', now)
redis.call('ZREMRANGEBYSCORE', claims, '-inf', now)

-- 2. This worker lives.
redis.call('ZADD', alive, string.format('%.0f', nowMs + ttlMs), worker)
redis.call('PEXPIRE', alive, ttlMs)
return { 1, redis.call('ZRANGE', alive, 0, 4095), redis.call('ZRANGE', claims, 0, 4095) }

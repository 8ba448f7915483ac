#!lua flags=allow-oom
-- Removes ledger records that have been in history for long enough. Atomic with the fence and the
-- mark: whatever the caller believes, nothing beyond the mark is ever removed.
-- KEYS[1] lease · hash (fence, owner) · read
-- KEYS[2] ledger · stream · no expiry: this trims it
-- KEYS[3] marked · integer · read: last record known to be in history
-- KEYS[4] position · integer · read: number of the last ledger record
-- ARGV[1] fence · string · token of our lease
-- ARGV[2] last · integer · remove up to this position
-- RETURNS {status, records removed}
-- STATUS 0 fenced · the lease is not ours
-- STATUS 1 trimmed · nothing up to the position is left; of a position behind the mark, nothing went
-- COST 4 commands; XTRIM is linear in what it removes, which the freezes bound
local lease, ledger, marked = KEYS[1], KEYS[2], KEYS[3]
local fence, last = ARGV[1], tonumber(ARGV[2])

if redis.call('HGET', lease, 'fence') ~= fence then return { 0, 0 } end
local mark = tonumber(redis.call('GET', marked) or '0')
-- The position was lost: what was counted since has numbers of what is in history, and is not.
if tonumber(redis.call('GET', KEYS[4]) or '0') < mark then return { 1, 0 } end
local upTo = math.min(last, mark)
local removed = redis.call('XTRIM', ledger, 'MINID', string.format('%.0f', upTo + 1) .. '-0')
return { 1, removed }

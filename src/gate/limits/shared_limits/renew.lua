-- Extends the leases of running calls, and registers those that were lost.
--
-- KEYS: 1 the account's running calls, as in admit.lua
-- ARGV: 1 life of a lease in milliseconds, then the ids of the leases

local time = redis.call('TIME')
local life_ms = tonumber(ARGV[1])
local ends_at = string.format('%.0f', time[1] * 1000000 + time[2] + 1000 * life_ms)
local kind = redis.call('TYPE', KEYS[1]).ok
if kind ~= 'zset' and kind ~= 'none' then
  redis.call('DEL', KEYS[1])
end
for i = 2, #ARGV do
  redis.call('ZADD', KEYS[1], ends_at, ARGV[i])
end
redis.call('PEXPIRE', KEYS[1], life_ms)
return #ARGV - 1

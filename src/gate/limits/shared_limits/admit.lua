-- Decides rate and concurrency of one request together, atomically, by the store's clock. A refusal
-- takes nothing.
--
-- KEYS: 1 the account's rate: when a burst of one would be admitted again ("theoretical arrival time"
--         of the generic cell rate algorithm, ATM Forum TM 4.0, in microseconds of the store's clock)
--       2 its running calls: a sorted set of lease ids by the time at which they end, in the same unit
-- ARGV: 1 requests per second, 2 burst, 3 requests at once, 4 id of the new lease, 5 life of a lease in
--         milliseconds
-- Reply, all integers: verdict (0 admitted, 1 refused by rate, 2 by concurrency), requests that may
--         still come at once, microseconds until the burst is whole, microseconds until the rate admits
--         a request, running calls including this one if admitted, replaced keys that held an unexpected
--         type or value, the store's time in microseconds
--
-- Both keys expire: the rate when the burst is whole again, the running calls with their last lease.

local rate, burst, concurrency = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local life_ms = tonumber(ARGV[5])
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
-- Rounded up to a whole microsecond, so that no rate is exceeded. Integers are exact below 2^53.
local interval = math.ceil(1000000 / rate)
local whole = interval * burst
local rebuilt = 0

-- As text: Lua's own conversion keeps 14 digits, and these numbers have 16.
local function digits(number)
  return string.format('%.0f', number)
end

local function rebuild(key)
  redis.call('DEL', key)
  rebuilt = rebuilt + 1
end

local arrival = now
local kept = redis.pcall('GET', KEYS[1])
if kept then
  local number = type(kept) == 'string' and tonumber(kept)
  if not number or number ~= number then
    rebuild(KEYS[1])
  elseif number > now + whole then
    -- Written under a larger burst, or before the store's clock was set back. It is corrected now;
    -- otherwise every request would be refused until the clock has caught up.
    arrival = now + whole
    redis.call('SET', KEYS[1], digits(arrival), 'PX', math.ceil(whole / 1000) + 1)
  else
    arrival = math.max(number, now)
  end
end

local function drop_leases(from, to)
  return redis.pcall('ZREMRANGEBYSCORE', KEYS[2], from, to)
end

local dropped = drop_leases('-inf', digits(now))
if type(dropped) == 'table' then
  rebuild(KEYS[2])
end
local running = redis.call('ZCARD', KEYS[2])
if running >= concurrency then
  -- No lease lives this long: the entry is foreign, or older than a clock that was set back.
  drop_leases('(' .. digits(now + 2000 * life_ms), '+inf')
  running = redis.call('ZCARD', KEYS[2])
end

local wait = math.max(arrival + interval - whole - now, 0)
local verdict = 0
if running >= concurrency then
  verdict = 2
elseif wait > 0 then
  verdict = 1
else
  arrival = arrival + interval
  running = running + 1
  redis.call('SET', KEYS[1], digits(arrival), 'PX', math.ceil((arrival - now) / 1000) + 1)
  redis.call('ZADD', KEYS[2], digits(now + 1000 * life_ms), ARGV[4])
  redis.call('PEXPIRE', KEYS[2], life_ms)
end
local remaining = math.floor((now + whole - arrival) / interval)
return { verdict, remaining, arrival - now, wait, running, rebuilt, now }

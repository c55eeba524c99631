"""What happens to a call in Redis, each step at once or not at all (Lua, Redis 5 and newer).

A call is a hash: `started_at`, `stage` (announced, active, ended), `refusal`, `until` (Unix time when the announcement
lapses), `next`. Who calls is a string of its own (sealed), and goes with the admission; so is what the operator's
phone is to show, for minutes. A caller is a sorted set of the
last hour's calls. Every key has a time to live.
"""

ANNOUNCE = """
-- KEYS: call, who, caller. ARGV: started_at, who, refusal, ttl_s, who_kept_s, kept_s, calls_per_hour (0: all), call id
if redis.call('EXISTS', KEYS[1]) == 1 then return 'duplicate_uuid' end
local now, refusal, limit = tonumber(redis.call('TIME')[1]), ARGV[3], tonumber(ARGV[7])
if refusal == '' and limit > 0 then
  redis.call('ZREMRANGEBYSCORE', KEYS[3], '-inf', now - 3600)
  if redis.call('ZCARD', KEYS[3]) >= limit then
    refusal = 'too_many_from_caller'
  else
    redis.call('ZADD', KEYS[3], now, ARGV[8])
    redis.call('EXPIRE', KEYS[3], 3600)
  end
end
redis.call('HSET', KEYS[1], 'started_at', ARGV[1], 'stage', 'announced', 'refusal', refusal,
  'until', now + tonumber(ARGV[4]), 'next', 'queue')
redis.call('EXPIRE', KEYS[1], ARGV[6])
if refusal == '' then redis.call('SET', KEYS[2], ARGV[2], 'EX', ARGV[5]) end
return refusal
"""

ADMIT = """
-- KEYS: call, who. ARGV: accept_unknown (1 or 0), started_at of a call that nobody announced, kept_s
-- returns {refusal, who, started_at}
local stage, refusal, till = unpack(redis.call('HMGET', KEYS[1], 'stage', 'refusal', 'until'))
local lapsed = stage == 'announced' and tonumber(till) <= tonumber(redis.call('TIME')[1])
if (not stage or lapsed) and ARGV[1] == '0' then return {'unknown_uuid', '', ''} end
if not stage then
  redis.call('HSET', KEYS[1], 'started_at', ARGV[2], 'next', 'queue')
elseif refusal and refusal ~= '' then
  return {refusal, '', ''}
elseif stage ~= 'announced' then
  return {'duplicate_uuid', '', ''}
end
redis.call('HSET', KEYS[1], 'stage', 'active')
redis.call('EXPIRE', KEYS[1], ARGV[3])
local who = redis.call('GET', KEYS[2]) or ''
redis.call('DEL', KEYS[2])
return {'', who, redis.call('HGET', KEYS[1], 'started_at')}
"""

DECIDE = """
-- KEYS: call, handover. ARGV: next, handover ('': none is known, or what was told stays), its time to live in seconds.
-- A call that is not known stays unknown: the queue is where it goes.
if redis.call('EXISTS', KEYS[1]) == 1 then
  redis.call('HSET', KEYS[1], 'next', ARGV[1])
  if ARGV[2] ~= '' then redis.call('SET', KEYS[2], ARGV[2], 'EX', ARGV[3]) end
end
"""

RELEASE = """
-- KEYS: call. ARGV: kept_s
if redis.call('EXISTS', KEYS[1]) == 1 then
  redis.call('HSET', KEYS[1], 'stage', 'ended')
  redis.call('EXPIRE', KEYS[1], ARGV[1])
end
"""

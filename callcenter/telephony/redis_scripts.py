"""What happens to a call in Redis, each step at once or not at all (Lua, Redis 5 and newer).

A call is a hash: `who` (sealed), `started_at`, `stage` (announced, active, ended), `refusal`, `until` (Unix time when
the announcement lapses), `next`. A caller is a sorted set of the last hour's calls. Every key has a time to live.
"""

ANNOUNCE = """
-- KEYS: call, caller. ARGV: who, started_at, refusal, ttl_s, kept_s, calls_per_hour (0: no limit), call id
if redis.call('EXISTS', KEYS[1]) == 1 then return 'duplicate_uuid' end
local now, refusal, limit = tonumber(redis.call('TIME')[1]), ARGV[3], tonumber(ARGV[6])
if refusal == '' and limit > 0 then
  redis.call('ZREMRANGEBYSCORE', KEYS[2], '-inf', now - 3600)
  if redis.call('ZCARD', KEYS[2]) >= limit then
    refusal = 'too_many_from_caller'
  else
    redis.call('ZADD', KEYS[2], now, ARGV[7])
    redis.call('EXPIRE', KEYS[2], 3600)
  end
end
redis.call('HSET', KEYS[1], 'who', ARGV[1], 'started_at', ARGV[2], 'stage', 'announced', 'refusal', refusal,
  'until', now + tonumber(ARGV[4]), 'next', 'queue')
redis.call('EXPIRE', KEYS[1], ARGV[5])
return refusal
"""

ADMIT = """
-- KEYS: call. ARGV: accept_unknown (1 or 0), who, started_at of a call that nobody announced, kept_s
-- returns {refusal, who, started_at}
local stage, refusal, till = unpack(redis.call('HMGET', KEYS[1], 'stage', 'refusal', 'until'))
local lapsed = stage == 'announced' and tonumber(till) <= tonumber(redis.call('TIME')[1])
if (not stage or lapsed) and ARGV[1] == '0' then return {'unknown_uuid', '', ''} end
if not stage then
  redis.call('HSET', KEYS[1], 'who', ARGV[2], 'started_at', ARGV[3], 'next', 'queue')
elseif refusal and refusal ~= '' then
  return {refusal, '', ''}
elseif stage ~= 'announced' then
  return {'duplicate_uuid', '', ''}
end
redis.call('HSET', KEYS[1], 'stage', 'active')
redis.call('EXPIRE', KEYS[1], ARGV[4])
return {'', redis.call('HGET', KEYS[1], 'who'), redis.call('HGET', KEYS[1], 'started_at')}
"""

DECIDE = """
-- KEYS: call. ARGV: next. A call that is not known stays unknown: the queue is where it goes.
if redis.call('EXISTS', KEYS[1]) == 1 then redis.call('HSET', KEYS[1], 'next', ARGV[1]) end
"""

RELEASE = """
-- KEYS: call. ARGV: kept_s
if redis.call('EXISTS', KEYS[1]) == 1 then
  redis.call('HSET', KEYS[1], 'stage', 'ended')
  redis.call('EXPIRE', KEYS[1], ARGV[1])
end
"""

-- name: ensure
insert into sign_in_attempt (kind, key)
select * from unnest(%(kinds)s::text[], %(keys)s::text[]) t (kind, key) order by kind, key
on conflict do nothing;

-- name: lock
-- One order of locks for everybody. The clock, not now(): who waited for a lock looks at the time after it.
select s.kind, s.key, s.level,
       extract(epoch from clock_timestamp() - s.at)::float8 as elapsed,
       greatest(0, extract(epoch from s.until - clock_timestamp()))::float8 as wait,
       coalesce(s.trusted_until > clock_timestamp(), false) as is_trusted
from sign_in_attempt s
join unnest(%(kinds)s::text[], %(keys)s::text[]) t (kind, key) on s.kind = t.kind and s.key = t.key
order by s.kind, s.key for update of s;

-- name: raise_level
update sign_in_attempt
set level = %(level)s, at = clock_timestamp(), until = clock_timestamp() + make_interval(secs => %(delay)s)
where kind = %(kind)s and key = %(key)s;

-- name: sweep
delete from sign_in_attempt
where at < now() - %(kept)s::interval and until < now() and coalesce(trusted_until < now(), true);

-- name: forgive
with mine as materialized (
    select s.kind, s.key from sign_in_attempt s
    join unnest(%(kinds)s::text[], %(keys)s::text[]) t (kind, key) on s.kind = t.kind and s.key = t.key
    order by s.kind, s.key for update of s
)
update sign_in_attempt s
set level = case when s.kind = 'address' then greatest(0, s.level - %(attempts)s) else 0 end,
    until = case when s.kind = 'address' then s.until else now() end,
    trusted_until = case when s.kind = 'pair' then now() + %(trusted)s::interval end
from mine m where s.kind = m.kind and s.key = m.key;

-- name: release
update sign_in_attempt set level = 0, until = clock_timestamp()
where (kind = 'account' and key = %(key)s) or (kind = 'pair' and starts_with(key, %(key)s || ' '));

-- name: release_one
update sign_in_attempt set level = 0, until = clock_timestamp() where kind = %(kind)s and key = %(key)s and level > 0;

-- name: held
select kind, key, level, until, until > clock_timestamp() as is_waiting from sign_in_attempt
where until > clock_timestamp() order by until desc, kind, key limit 200;

-- name: lock
select pg_advisory_xact_lock(hashtextextended(%(actor)s || ' ' || %(key)s, 20261));

-- name: find
select request_hash, status, response, headers from idempotency where actor = %(actor)s and key = %(key)s;

-- name: keep
insert into idempotency (key, actor, request_hash, status, response, headers)
values (%(key)s, %(actor)s, %(request_hash)s, %(status)s, %(response)s, %(headers)s);

-- name: sweep
delete from idempotency where created_at < now() - %(kept)s::interval;

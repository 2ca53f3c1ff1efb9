-- name: lock
select pg_advisory_xact_lock(hashtextextended(%(actor)s || ' ' || %(key)s, 20261));

-- name: find
select request_hash, status, response from idempotency where actor = %(actor)s and key = %(key)s;

-- name: sweep
delete from idempotency where created_at < now() - %(kept)s::interval;

-- name: keep
insert into idempotency (key, actor, request_hash, status, response)
values (%(key)s, %(actor)s, %(request_hash)s, %(status)s, %(response)s);

-- name: claim
-- A request that nobody answers any more, as its program died, is begun anew.
insert into idempotency as i (key, actor, request_hash, status, response)
values (%(key)s, %(actor)s, %(request_hash)s, 0, '')
on conflict (actor, key) do update set created_at = now()
where i.status = 0 and i.request_hash = excluded.request_hash and i.created_at < now() - %(given_up)s::interval
returning true;

-- name: answer
update idempotency set status = %(status)s, response = %(response)s
where actor = %(actor)s and key = %(key)s and status = 0;

-- name: release
delete from idempotency where actor = %(actor)s and key = %(key)s and status = 0;

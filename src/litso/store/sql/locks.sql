-- name: acquire
select pg_advisory_lock(%(kind)s, %(number)s);

-- name: try_acquire
select pg_try_advisory_lock(%(kind)s, %(number)s);

-- name: release
select pg_advisory_unlock(%(kind)s, %(number)s);

-- name: lock_transaction
select pg_advisory_xact_lock(%(kind)s, %(number)s);

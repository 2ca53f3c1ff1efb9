-- name: acquire
select pg_advisory_lock(%(kind)s, %(number)s);

-- name: try_acquire
select pg_try_advisory_lock(%(kind)s, %(number)s);

-- name: acquire_shared
select pg_advisory_lock_shared(%(kind)s, %(number)s);

-- name: holders
select count(distinct pid) from pg_locks
where locktype = 'advisory' and granted and classid = %(kind)s and objsubid = 2
  and database = (select oid from pg_database where datname = current_database());

-- name: release
select pg_advisory_unlock(%(kind)s, %(number)s);

-- name: lock_transaction
select pg_advisory_xact_lock(%(kind)s, %(number)s);

-- name: try_lock_transaction
select pg_try_advisory_xact_lock(%(kind)s, %(number)s);

-- name: lock_transaction_of_few
-- Statements about a handful of rows are planned once a connection: to plan each anew takes as long as to run it. Such a
-- plan must be good for later too, when tables that are nearly empty now have grown: so it goes by indexes.
select pg_advisory_xact_lock(%(kind)s, %(number)s), set_config('plan_cache_mode', 'force_generic_plan', true),
       set_config('enable_seqscan', 'off', true);

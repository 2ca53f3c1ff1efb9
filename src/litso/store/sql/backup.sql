-- name: snapshot
select pg_export_snapshot();

-- name: one_state
set transaction isolation level repeatable read read only;

-- name: standing
-- What a copy holds: to tell people, and to find it again after a restore.
select (select coalesce(max(change_id), 0) from change) as last_change,
       (select count(*) from source_record where deleted_at is null) as records,
       (select count(*) from golden) as parties,
       (select count(*) from judgement) as judgements;

-- name: ledger
select version, encode(digest, 'hex') from schema_migration order by version;

-- name: is_used
select exists (select from source_record) or exists (select from user_account);

-- name: others
-- Programs of ours that work on this database beside the caller.
select count(*) from pg_stat_activity
where datname = current_database() and application_name = 'litso' and pid <> pg_backend_pid();

-- name: is_aside
select exists (select from pg_namespace where nspname = 'litso_former');

-- name: set_aside
alter schema litso rename to litso_former;

-- name: drop_restored
drop schema if exists litso cascade;

-- name: put_back
alter schema litso_former rename to litso;

-- name: forget_former
drop schema litso_former cascade;

-- name: leave_room
-- Events that were told after the copy was made had ids too: new ones get none of them.
select setval(pg_get_serial_sequence('litso.change', 'change_id'), coalesce(max(change_id), 0) + %(gap)s) from change;

-- name: end_sessions
delete from session;

-- name: end_deliveries
-- Who delivered before the restore must move no cursor.
update consumer set epoch = epoch + 1, retry_at = null;

-- name: analyze
analyze;

-- name: ask
insert into job (kind, job_key, arguments, due_at, asked_by)
values (%(kind)s, %(key)s, %(arguments)s, coalesce(%(due_at)s, now()), %(asked_by)s)
on conflict (kind, job_key) where status in ('waiting', 'running') do nothing
returning job_id;

-- name: find_unfinished
select job_id from job where kind = %(kind)s and job_key = %(key)s and status in ('waiting', 'running');

-- name: schedule
-- The next run of periodic work, counted from the end of the last one.
insert into job (kind, due_at, asked_by)
select s.kind, coalesce((select max(j.finished_at) from job j where j.kind = s.kind) + s.every, now()), 'schedule'
from unnest(%(kinds)s::text[], %(every)s::interval[]) s (kind, every)
on conflict (kind, job_key) where status in ('waiting', 'running') do nothing;

-- name: claim
update job set status = 'running', attempts = attempts + 1, started_at = now(), finished_at = null
where job_id = (
    select job_id from job
    where status = 'waiting' and due_at <= now() and kind = any(%(kinds)s)
    order by due_at, job_id limit 1 for update skip locked
)
returning job_id, kind, job_key, arguments, status, attempts, due_at, error, asked_by, asked_at, started_at, finished_at;

-- name: finish
update job set status = 'done', error = null, finished_at = now() where job_id = %(job_id)s and status = 'running';

-- name: fail
update job set status = 'failed', error = %(error)s, finished_at = now()
where job_id = %(job_id)s and status = 'running';

-- name: put_back
update job set status = 'waiting', error = %(error)s, due_at = now() + %(delay)s
where job_id = %(job_id)s and status = 'running';

-- name: running
select job_id, attempts from job where status = 'running';

-- name: sweep
delete from job where status in ('done', 'failed') and finished_at < now() - %(kept)s::interval;

-- name: recent
select job_id, kind, job_key, arguments, status, attempts, due_at, error, asked_by, asked_at, started_at, finished_at
from job order by job_id desc limit %(limit)s;

-- name: get
select job_id, kind, job_key, arguments, status, attempts, due_at, error, asked_by, asked_at, started_at, finished_at
from job where job_id = %(job_id)s;

-- name: tell
select pg_notify('litso_jobs', '');

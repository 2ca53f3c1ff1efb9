-- name: ask
insert into job (kind, job_key, arguments, due_at, asked_by, total)
values (%(kind)s, %(key)s, %(arguments)s, coalesce(%(due_at)s, now()), %(asked_by)s, %(total)s)
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
returning job_id, kind, job_key, arguments, status, attempts, due_at, error, asked_by, asked_at, started_at, finished_at,
          done, total, result, cancelled_by;

-- name: finish
-- Records that were brought along are in the store now, or nowhere.
update job
set status = case when cancelled_by is null or done >= total then 'done' else 'cancelled' end, error = null,
    finished_at = now(), arguments = arguments - 'records'
where job_id = %(job_id)s and status = 'running';

-- name: fail
update job set status = 'failed', error = %(error)s, finished_at = now(), arguments = arguments - 'records'
where job_id = %(job_id)s and status = 'running';

-- name: put_back
update job set status = 'waiting', error = %(error)s, due_at = now() + %(delay)s
where job_id = %(job_id)s and status = 'running';

-- name: running
select job_id, attempts from job where status = 'running';

-- name: sweep
delete from job where status in ('done', 'failed', 'cancelled') and finished_at < now() - %(kept)s::interval;

-- name: recent
select job_id, kind, job_key, arguments, status, attempts, due_at, error, asked_by, asked_at, started_at, finished_at,
       done, total, result, cancelled_by
from job
where (%(asked_by)s::text is null or asked_by = %(asked_by)s) and (%(before)s::bigint is null or job_id < %(before)s)
order by job_id desc limit %(limit)s;

-- name: get
select job_id, kind, job_key, arguments, status, attempts, due_at, error, asked_by, asked_at, started_at, finished_at,
       done, total, result, cancelled_by
from job where job_id = %(job_id)s;

-- name: tell
select pg_notify('litso_jobs', '');

-- name: come
update job set done = %(done)s, total = %(total)s, result = %(result)s where job_id = %(job_id)s and status = 'running'
returning cancelled_by is not null;

-- name: cancel
update job
set cancelled_by = %(by)s, status = case status when 'waiting' then 'cancelled' else status end,
    finished_at = case status when 'waiting' then now() end,
    arguments = case status when 'waiting' then arguments - 'records' else arguments end
where job_id = %(job_id)s and status in ('waiting', 'running') and cancelled_by is null;

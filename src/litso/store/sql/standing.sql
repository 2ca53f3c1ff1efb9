-- name: jobs
-- By kind and state: how many, and for how many seconds the first of those that are due has waited. Ended ones: of a day.
select kind, status, count(*),
       coalesce(extract(epoch from now() - min(due_at) filter (where status = 'waiting' and due_at < now())), 0)::float8
from job
where status in ('waiting', 'running') or finished_at > now() - interval '1 day'
group by kind, status;

-- name: ended
-- When each kind of job was last done.
select kind, extract(epoch from max(finished_at))::float8 from job where status = 'done' group by kind;

-- name: consumers
-- Events that are not dealt with, seconds since the first of them, failures in a row, whether it is active.
select c.name, (select count(*) from change h where h.change_id > c.after),
       coalesce(extract(epoch from now() - (
           select h.at from change h where h.change_id > c.after order by h.change_id limit 1)), 0)::float8,
       c.failures, (c.status = 'active')::integer
from consumer c;

-- name: loads
-- Loads of 30 days by source and outcome.
select source, status, count(*) from load where started_at > now() - interval '30 days' group by source, status;

-- name: loaded
-- When each source was last loaded.
select source, extract(epoch from max(finished_at))::float8 from load where status = 'done' group by source;

-- name: quarantined
select source, count(*) from quarantine where status = 'open' group by source;

-- name: cases
select kind, state, count(*) from steward_case where state in ('open', 'second', 'escalated') group by kind, state;

-- name: editions
-- Age of the reference data in use in seconds; of a kind in parts, the oldest.
select kind, extract(epoch from now() - min(published))::float8
from reference_edition where replaced_at is null group by kind;

-- name: size
select pg_database_size(current_database());

-- name: overdue
-- Seconds that the first job that is due has waited; 0 when none waits.
select coalesce(extract(epoch from now() - min(due_at)), 0)::float8 from job where status = 'waiting' and due_at < now();

-- name: limit_time
-- Statements of this transaction end after so many milliseconds.
select set_config('statement_timeout', %(milliseconds)s::text, true);

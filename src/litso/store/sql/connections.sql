-- name: put
-- Another place (spec of the connector) begins anew; a new schedule alone goes on where it was.
insert into connection as c (source, kind, spec, created_by)
values (%(source)s, %(kind)s, %(spec)s, %(created_by)s)
on conflict (source) do update
set kind = excluded.kind, spec = excluded.spec, next_at = null, updated_at = now(),
    status = 'active', told = '', failures = 0, alarms = '[]',
    epoch = c.epoch + %(anew)s::integer,
    checkpoint = case when %(anew)s then '{}' else c.checkpoint end,
    shape = case when %(anew)s then '{}' else c.shape end;

-- name: forget_marks
delete from connection_mark where source = %(source)s;

-- name: remove
delete from connection where source = %(source)s;

-- name: get
select * from connection where source = %(source)s;

-- name: list_all
select * from connection order by source;

-- name: set_status
update connection
set status = %(status)s, told = %(told)s, updated_at = now()
where source = %(source)s;

-- name: postpone
update connection set told = %(told)s, next_at = %(next_at)s where source = %(source)s;

-- name: accept
-- A person has looked: alarms are closed, and columns that changed are accepted as they come next.
update connection
set alarms = '[]', failures = 0,
    shape = case when jsonb_path_exists(alarms, '$[*] ? (@.code == "drift")') then '{}' else shape end
where source = %(source)s;

-- name: close_alarms
update connection set alarms = '[]' where source = %(source)s;

-- name: forget_bad
delete from connection_mark where source = %(source)s and mark like 'bad %%';

-- name: alarm
-- One open alarm of each code and message.
update connection
set alarms = alarms || jsonb_build_array(jsonb_build_object('at', now(), 'code', %(code)s::text,
                                                            'message', %(message)s::text))
where source = %(source)s
  and not exists (
      select from jsonb_array_elements(alarms) a where a ->> 'code' = %(code)s and a ->> 'message' = %(message)s
  );

-- name: known_marks
select mark from connection_mark where source = %(source)s and mark = any(%(marks)s);

-- name: arrive
-- The load is published: its source goes on from there, unless it was connected to another place meanwhile.
update connection c
set checkpoint = l.arrival -> 'checkpoint', shape = l.arrival -> 'shape'
from load l
where l.load_id = %(load_id)s and l.arrival is not null and c.source = l.source
  and c.epoch = (l.arrival ->> 'epoch')::integer;

-- name: mark
insert into connection_mark (source, mark)
select l.source, m.mark
from load l join connection c using (source), jsonb_array_elements_text(l.arrival -> 'marks') m (mark)
where l.load_id = %(load_id)s and c.epoch = (l.arrival ->> 'epoch')::integer
on conflict do nothing;

-- name: move
update connection set checkpoint = %(checkpoint)s, shape = %(shape)s
where source = %(source)s and epoch = %(epoch)s;

-- name: add_marks
insert into connection_mark (source, mark) select %(source)s, mark from unnest(%(marks)s::text[]) m (mark)
on conflict do nothing;

-- name: held
select load_id from load where source = %(source)s and status = 'held' order by load_id limit 1;

-- name: begin_run
insert into connection_run (source, started_by) values (%(source)s, %(started_by)s) returning run_id;

-- name: fail_interrupted
-- The caller holds the lock of the source: whoever ran it before is gone.
update connection_run set status = 'failed', told = 'the program was stopped', finished_at = now()
where source = %(source)s and status = 'running';

-- name: count
update connection_run
set rows_in = rows_in + %(rows_in)s, rows_inserted = rows_inserted + %(inserted)s,
    rows_changed = rows_changed + %(changed)s, rows_deleted = rows_deleted + %(deleted)s,
    rows_quarantined = rows_quarantined + %(quarantined)s, loads = loads || %(loads)s::bigint[]
where run_id = %(run_id)s;

-- name: end_run
update connection_run set status = %(status)s, told = %(told)s, finished_at = clock_timestamp()
where run_id = %(run_id)s;

-- name: after_run
update connection
set failures = case when %(status)s = 'failed' then failures + 1 else 0 end,
    told = %(told)s,
    status = case when %(status)s = 'stopped' then 'stopped' else status end,
    next_at = %(next_at)s,
    arrived_at = case when %(status)s = 'done' then clock_timestamp() else arrived_at end
where source = %(source)s;

-- name: runs
select * from connection_run where source = %(source)s order by run_id desc limit %(limit)s;

-- name: schedule
-- Each active source has one waiting job, due when the source is.
insert into job (kind, job_key, arguments, due_at, asked_by)
select 'run-source', c.source, jsonb_build_object('source', c.source), c.next_at, 'schedule'
from connection c
where c.status = 'active' and c.next_at is not null
on conflict (kind, job_key) where status in ('waiting', 'running') do nothing;

-- name: due_now
update connection set next_at = now() where source = %(source)s and status = 'active';

-- name: hasten
update job set due_at = least(due_at, now())
where kind = 'run-source' and job_key = %(source)s and status = 'waiting';

-- name: sweep
delete from connection_run
where finished_at < now() - %(kept)s::interval
  and run_id < (select max(r.run_id) from connection_run r where r.source = connection_run.source);

-- name: behind
-- How long the oldest job that other work waits for is overdue, and what is not followed up yet.
select coalesce(extract(epoch from max(now() - due_at)), 0)::float8 as overdue
from job where status = 'waiting' and due_at < now() and kind <> 'run-source';

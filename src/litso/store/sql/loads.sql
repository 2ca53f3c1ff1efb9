-- name: start
insert into load (source, mode, file_name, file_sha256, arrival, status, started_by)
values (%(source)s, %(mode)s, %(file_name)s, %(file_sha256)s, %(arrival)s, 'running', %(started_by)s)
returning load_id;

-- name: drop
delete from load where load_id = %(load_id)s and status = 'running';

-- name: write_counts
update load
set rows_in = %(rows_in)s, rows_inserted = %(inserted)s, rows_changed = %(changed)s, rows_unchanged = %(unchanged)s,
    rows_deleted = %(deleted)s, rows_quarantined = %(quarantined)s, rows_erased = %(erased)s
where load_id = %(load_id)s;

-- name: write_quality
update load set quality = %(quality)s, columns = %(columns)s where load_id = %(load_id)s;

-- name: hold
update load set status = 'held', gates = %(gates)s where load_id = %(load_id)s and status = 'running';

-- name: resume
update load set status = 'running' where load_id = %(load_id)s and status = 'held';

-- name: finish
update load set status = 'done', finished_at = clock_timestamp() where load_id = %(load_id)s and status = 'running';

-- name: fail
update load set status = 'failed', error = %(error)s, finished_at = clock_timestamp()
where load_id = %(load_id)s and status = 'running';

-- name: reject
update load set status = 'rejected', error = %(error)s, finished_at = clock_timestamp()
where load_id = %(load_id)s and status = 'held';

-- name: running
select load_id from load where status = 'running' order by load_id;

-- name: get
select * from load where load_id = %(load_id)s;

-- name: recent
select * from load
where (%(source)s::text is null or source = %(source)s) and (%(before)s::bigint is null or load_id < %(before)s)
order by load_id desc limit %(limit)s;

-- name: history
select * from load
where source = %(source)s and mode = %(mode)s and status = 'done'
order by load_id desc limit %(limit)s;

-- name: find_repeated
-- Only the very last one: a file loaded again after another one brings its rows back.
select * from (
    select * from load where source = %(source)s and status = 'done' and mode <> 'renewal'
    order by load_id desc limit 1
) last
where mode = %(mode)s and file_sha256 = %(file_sha256)s;

-- name: count_streamed
-- The load of today's single records of a source grows with each of them.
update load
set rows_in = rows_in + %(rows_in)s, rows_inserted = rows_inserted + %(inserted)s,
    rows_changed = rows_changed + %(changed)s, rows_unchanged = rows_unchanged + %(unchanged)s,
    rows_deleted = rows_deleted + %(deleted)s, rows_quarantined = rows_quarantined + %(quarantined)s,
    finished_at = clock_timestamp()
where load_id = (
    select load_id from load
    where source = %(source)s and mode = 'stream' and status = 'done' and started_at >= date_trunc('day', now())
    order by load_id desc limit 1
)
returning load_id;

-- name: start_stream
insert into load (source, mode, status, started_by, rows_in, rows_inserted, rows_changed, rows_unchanged, rows_deleted,
                  rows_quarantined, finished_at)
values (%(source)s, 'stream', 'done', %(started_by)s, %(rows_in)s, %(inserted)s, %(changed)s, %(unchanged)s, %(deleted)s,
        %(quarantined)s, clock_timestamp())
returning load_id;

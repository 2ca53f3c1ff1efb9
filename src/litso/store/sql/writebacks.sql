-- name: add
insert into writeback (name, source, purpose, way, place, method, fields, rule, kinds, every, created_by)
values (%(name)s, %(source)s, %(purpose)s, %(way)s, %(place)s, %(method)s, %(fields)s, %(rule)s, %(kinds)s,
        %(every)s, %(created_by)s)
on conflict (name) do nothing
returning writeback_id;

-- name: set_token
update writeback set token = %(token)s where writeback_id = %(writeback_id)s;

-- name: token
select token from writeback where writeback_id = %(writeback_id)s;

-- name: list_all
select w.writeback_id, w.name, w.source, w.purpose, w.way, w.place, w.method, w.token is not null as has_token, w.fields,
       w.rule, w.kinds, w.every, w.status, w.created_by, w.created_at, r.run_id as last_run, r.started_at as last_at,
       r.status as last_status, coalesce(f.written, 0) as written, coalesce(f.troubles, 0) as troubles
from writeback w
left join lateral (
    select run_id, started_at, status from writeback_run
    where writeback_id = w.writeback_id order by run_id desc limit 1
) r on true
left join lateral (
    select count(*) filter (where outcome in ('written', 'handed')) as written,
           count(*) filter (where outcome in ('conflict', 'missing', 'refused')) as troubles
    from writeback_row where run_id = r.run_id
) f on true
where %(name)s::text is null or w.name = %(name)s
order by w.name;

-- name: due
-- Write-backs that are to run now by themselves.
select name from writeback w
where status = 'active' and every is not null and not exists (
    select from writeback_run r
    where r.writeback_id = w.writeback_id and r.started_at > now() - make_interval(mins => w.every))
order by name;

-- name: set_status
update writeback set status = %(status)s where writeback_id = %(writeback_id)s;

-- name: remove
delete from writeback where writeback_id = %(writeback_id)s;

-- name: begin_run
insert into writeback_run (writeback_id, what, undoes, started_by)
values (%(writeback_id)s, %(what)s, %(undoes)s, %(started_by)s)
returning run_id;

-- name: unfinished
-- Runs that were cut off; the caller holds the lock of the write-back.
select run_id from writeback_run r
where writeback_id = %(writeback_id)s and (status = 'running' or exists (
    select from writeback_row w where w.run_id = r.run_id and w.outcome = 'sending'))
order by run_id;

-- name: end_run
update writeback_run
set status = %(status)s, kept = %(kept)s, told = %(told)s, finished_at = now()
where run_id = %(run_id)s;

-- name: set_file
update writeback_run set file_name = %(file_name)s where run_id = %(run_id)s;

-- name: runs
select r.run_id, r.what, r.undoes, r.status, r.kept, r.file_name, r.told, r.started_by, r.started_at, r.finished_at,
       f.written, f.handed, f.conflict, f.missing, f.refused, f.returned
from writeback_run r
left join lateral (
    select count(*) filter (where outcome = 'written') as written, count(*) filter (where outcome = 'handed') as handed,
           count(*) filter (where outcome = 'conflict') as conflict,
           count(*) filter (where outcome = 'missing') as missing,
           count(*) filter (where outcome = 'refused') as refused,
           count(*) filter (where exists (
               select from written_value v where v.row_id = w.row_id and v.returned_at is not null)) as returned
    from writeback_row w where w.run_id = r.run_id
) f on true
where r.writeback_id = %(writeback_id)s and (%(run_id)s::bigint is null or r.run_id = %(run_id)s)
order by r.run_id desc limit %(limit)s;

-- name: rows
select row_id, run_id, source, source_id, party_id::text, version, key, changes, outcome, why, at
from writeback_row
where run_id = %(run_id)s and row_id > %(after)s and (%(outcome)s::text is null or outcome = %(outcome)s)
order by row_id limit %(limit)s;

-- name: add_row
insert into writeback_row (run_id, source, source_id, party_id, version, key, changes)
values (%(run_id)s, %(source)s, %(source_id)s, %(party_id)s, %(version)s, %(key)s, %(changes)s)
returning row_id;

-- name: intend
insert into written_value (row_id, source, source_id, column_name, attributes, former, former_at, value)
values (%(row_id)s, %(source)s, %(source_id)s, %(column)s, %(attributes)s, %(former)s, %(former_at)s, %(value)s);

-- name: settle
update writeback_row set outcome = %(outcome)s, why = %(why)s, at = now() where row_id = %(row_id)s;

-- name: stand
update written_value set state = %(state)s, written_at = now() where row_id = %(row_id)s and state = 'intended';

-- name: drop_intentions
delete from written_value where row_id = %(row_id)s and state = 'intended';

-- name: take_back
-- A row of an undoing run is done: the columns have again what they had before the row that it undoes.
update written_value v set state = 'undone', returned_at = null
from writeback_row u join writeback_run r using (run_id)
join writeback_row w on w.run_id = r.undoes and w.source_id = u.source_id
where u.row_id = %(row_id)s and v.row_id = w.row_id and v.ended_at is null;

-- name: live
-- Values that are ours in the source, or may be on their way there, with the record as it was last read.
select v.written_id, v.row_id, v.source_id, v.column_name, v.former, v.value, v.state,
       v.returned_at is not null as is_returned, r.payload
from written_value v
left join source_record r on r.source = v.source and r.source_id = v.source_id
where v.source = %(source)s and v.ended_at is null
  and (%(source_ids)s::text[] is null or v.source_id = any(%(source_ids)s::text[]))
order by v.source_id, v.column_name, v.written_id;

-- name: live_of_row
-- Of the values that a row wrote, those that are the last ones of ours in their columns.
select v.column_name from written_value v
where v.row_id = %(row_id)s and v.ended_at is null and v.state in ('standing', 'handed') and not exists (
    select from written_value l
    where l.source = v.source and l.source_id = v.source_id and l.column_name = v.column_name
      and l.written_id > v.written_id and l.ended_at is null and l.state in ('standing', 'handed'));

-- name: any_live
select exists (select from written_value where ended_at is null and (%(source)s::text is null or source = %(source)s));

-- name: mark_returned
update written_value set returned_at = now(), state = case when state = 'undone' then state else 'standing' end
where written_id = any(%(written_ids)s::bigint[]) and returned_at is null;

-- name: end
update written_value set ended = %(why)s, ended_at = now()
where written_id = any(%(written_ids)s::bigint[]) and ended_at is null;

-- name: dates
-- How old the values of records are that ours took the place of in the source.
select v.source, v.source_id, a.attribute, coalesce(min(v.former_at), 'epoch')
from written_value v
cross join unnest(v.attributes) a (attribute)
join source_record r using (source, source_id)
join node n using (node_id)
where v.ended_at is null and v.state = 'standing'
  and (%(parties)s::uuid[] is null or n.party_id = any(%(parties)s::uuid[]))
group by 1, 2, 3;

-- name: sweep
-- Outcomes of long ago, but of rows whose values are still ours.
delete from writeback_run r
where finished_at < now() - %(kept)s::interval
  and not exists (select from writeback_row w join written_value v using (row_id)
                  where w.run_id = r.run_id and v.ended_at is null)
  and not exists (select from writeback_run u where u.undoes = r.run_id);

-- name: differing
-- Records of a source and the golden values of their parties, see litso.store.writebacks.differences.
select r.source_id, r.version, r.payload, r.updated_at, n.party_id::text, g.version as golden_version, {columns},
       w.ours, w.declined, t.tried
from source_record r
join node n using (node_id)
join golden g using (party_id)
left join lateral (
    select jsonb_object_agg(column_name, found) filter (where found is not null) as ours,
           jsonb_agg(jsonb_build_array(column_name, declined)) filter (where is_declined) as declined
    from (
        select column_name,
               jsonb_agg(jsonb_build_array(value, state, returned_at is not null) order by written_id)
                   filter (where ended_at is null) as found,
               (array_agg(value order by written_id desc))[1] as declined,
               (array_agg(coalesce(ended = 'restored', false) or state = 'undone' order by written_id desc))[1] as is_declined
        from written_value where source = r.source and source_id = r.source_id
        group by column_name
    ) by_column
) w on true
left join lateral (
    select case when outcome in ('conflict', 'missing', 'refused') and version = r.version then changes end as tried
    from writeback_row where source = r.source and source_id = r.source_id order by row_id desc limit 1
) t on true
where r.source = %(source)s and r.deleted_at is null
  and (cardinality(%(kinds)s::text[]) = 0 or g.kind = any(%(kinds)s::text[]))
  and ({differs} or exists (
      select from written_value v where v.source = r.source and v.source_id = r.source_id and v.ended_at is null))
order by r.record_id;

-- name: add
insert into operation (kind, status, author, reason, applied_at)
values (%(kind)s, %(status)s, %(author)s, %(reason)s, case when %(status)s = 'applied' then now() end)
returning operation_id;

-- name: get
select * from operation where operation_id = %(operation)s;

-- name: lock
select * from operation where operation_id = %(operation)s for update;

-- name: latest
select * from operation where %(before)s::bigint is null or operation_id < %(before)s
order by operation_id desc limit %(limit)s;

-- name: of_records
-- Operations whose entries touch one of the records, the newest first.
with k (source, id) as (select * from unnest(%(sources)s::text[], %(ids)s::text[]))
select o.* from operation o
where o.kind <> 'bulk' and o.operation_id in (
    select j.operation_id from k join judgement j on (j.left_source, j.left_id) = (k.source, k.id)
    union
    select j.operation_id from k join judgement j on (j.right_source, j.right_id) = (k.source, k.id)
)
order by o.operation_id desc limit %(limit)s;

-- name: change
update operation
set status = %(status)s, outlook = coalesce(%(outlook)s, outlook), error = %(error)s,
    applied_at = case when %(status)s = 'applied' then now() else applied_at end,
    undone_by = coalesce(undone_by, %(undone_by)s),
    undone_at = case when %(status)s = 'undone' then now() end
where operation_id = %(operation)s;

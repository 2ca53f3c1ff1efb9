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

-- name: progress
select count(*) as rows, count(*) filter (where r.judgement_id is null) as waiting,
       count(*) filter (where j.undone_at is not null) as undone
from operation_row r left join judgement j using (judgement_id) where r.operation_id = %(operation)s;

-- name: waiting
select place, line, verdict, left_source, left_id, right_source, right_id, reason
from operation_row where operation_id = %(operation)s and judgement_id is null order by place limit %(limit)s;

-- name: mark
update operation_row r set judgement_id = g.judgement_id
from unnest(%(places)s::integer[], %(judgements)s::bigint[]) g (place, judgement_id)
where r.operation_id = %(operation)s and r.place = g.place;

-- name: standing
-- The last judgements of an operation that still count.
select judgement_id from judgement
where operation_id = %(operation)s and undone_at is null order by judgement_id desc limit %(limit)s;

-- name: judged_otherwise
-- Rows of an operation whose pair has another verdict in force.
select r.line, r.place, r.verdict, j.judgement_id, j.verdict as former, j.author
from operation_row r
join judgement j on (j.left_source, j.left_id, j.right_source, j.right_id)
                  = (r.left_source, r.left_id, r.right_source, r.right_id) and j.undone_at is null
where r.operation_id = %(operation)s and j.verdict <> r.verdict and j.operation_id is distinct from r.operation_id
order by r.place;

-- name: open_links
-- Pairs of nodes of two parties by weight, each with one record of either side, from a source if one is asked for.
select one.kind, l.levels, one.source as left_source, one.source_id as left_id,
       two.source as right_source, two.source_id as right_id
from link l
join node a on a.node_id = l.node_a
join node b on b.node_id = l.node_b and b.party_id <> a.party_id
cross join lateral (
    select source, source_id, kind from source_record where node_id = a.node_id
    order by (source = %(source)s) desc nulls last, source, source_id limit 1
) one
cross join lateral (
    select source, source_id from source_record where node_id = b.node_id
    order by (source = %(source)s) desc nulls last, source, source_id limit 1
) two
where l.weight > %(above)s and (%(below)s::real is null or l.weight <= %(below)s)
  and (%(source)s::text is null or %(source)s in (one.source, two.source))
  and not exists (
      select from judgement j
      where j.undone_at is null
        and (j.left_source, j.left_id, j.right_source, j.right_id)
          in ((one.source, one.source_id, two.source, two.source_id), (two.source, two.source_id, one.source, one.source_id))
  )
order by l.weight desc, l.node_a, l.node_b;

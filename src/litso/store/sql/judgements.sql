-- name: add
insert into judgement (verdict, left_source, left_id, right_source, right_id, author, reason, operation_id)
select g.verdict, g.left_source, g.left_id, g.right_source, g.right_id, %(author)s, g.reason, %(operation)s
from unnest(%(verdicts)s::text[], %(left_sources)s::text[], %(left_ids)s::text[], %(right_sources)s::text[],
            %(right_ids)s::text[], %(reasons)s::text[]) with ordinality
    g (verdict, left_source, left_id, right_source, right_id, reason, place)
order by g.place
returning judgement_id;

-- name: supersede
update judgement old set undone_by = new.author, undone_at = now(), superseded_by = new.judgement_id
from judgement new
where new.judgement_id = any(%(judgements)s::bigint[]) and old.judgement_id <> new.judgement_id and old.undone_at is null
  and (old.left_source, old.left_id, old.right_source, old.right_id)
    = (new.left_source, new.left_id, new.right_source, new.right_id);

-- name: undo
update judgement set undone_by = %(author)s, undone_at = now()
where judgement_id = any(%(judgements)s::bigint[]) and undone_at is null
returning *;

-- name: revive
-- Entries whose place the undone ones had taken count again.
update judgement set undone_by = null, undone_at = null, superseded_by = null
where superseded_by = any(%(judgements)s::bigint[])
returning *;

-- name: of_operation
select * from judgement where operation_id = %(operation)s order by judgement_id;

-- name: get
select * from judgement where judgement_id = %(judgement_id)s;

-- name: active_of
with k (source, id) as (select * from unnest(%(sources)s::text[], %(ids)s::text[]))
select j.* from k join judgement j on (j.left_source, j.left_id) = (k.source, k.id) and j.undone_at is null
union
select j.* from k join judgement j on (j.right_source, j.right_id) = (k.source, k.id) and j.undone_at is null
order by judgement_id;

-- name: of_records
with k (source, id) as (select * from unnest(%(sources)s::text[], %(ids)s::text[]))
select j.* from k join judgement j on (j.left_source, j.left_id) = (k.source, k.id)
union
select j.* from k join judgement j on (j.right_source, j.right_id) = (k.source, k.id)
order by judgement_id;

-- name: read_active
select judgement_id, verdict, left_source, left_id, right_source, right_id
from judgement where undone_at is null order by judgement_id

-- name: supersede
update judgement set undone_by = %(author)s, undone_at = now()
where left_source = %(left_source)s and left_id = %(left_id)s
  and right_source = %(right_source)s and right_id = %(right_id)s and undone_at is null;

-- name: add
insert into judgement (verdict, left_source, left_id, right_source, right_id, author, reason)
values (%(verdict)s, %(left_source)s, %(left_id)s, %(right_source)s, %(right_id)s, %(author)s, %(reason)s)
returning judgement_id;

-- name: undo
update judgement set undone_by = %(author)s, undone_at = now()
where judgement_id = %(judgement_id)s and undone_at is null;

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

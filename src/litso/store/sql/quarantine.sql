-- name: list_rows
select * from quarantine
where status = %(status)s and quarantine_id > %(after)s
  and (%(source)s::text is null or source = %(source)s)
  and (%(code)s::text is null or code = %(code)s)
  and (%(load_id)s::bigint is null or load_id = %(load_id)s)
order by quarantine_id limit %(limit)s;

-- name: counts
select source, code, count(*) from quarantine
where status = 'open' and (%(source)s::text is null or source = %(source)s)
group by source, code order by count(*) desc, source, code;

-- name: get
select * from quarantine where quarantine_id = %(quarantine_id)s;

-- name: fix
update quarantine set fixed_payload = %(fixed_payload)s, decided_by = %(decided_by)s, decided_at = now()
where quarantine_id = %(quarantine_id)s and status = 'open';

-- name: dismiss
update quarantine set status = 'dismissed', decided_by = %(decided_by)s, decided_at = now()
where quarantine_id = %(quarantine_id)s and status = 'open';

-- name: mark_replayed
update quarantine set status = 'replayed', replayed_load = %(load_id)s, decided_at = coalesce(decided_at, now())
where quarantine_id = any(%(ids)s) and status = 'open';

-- name: known
select exists (
    select from quarantine q
    where q.source = %(source)s and q.code = g.code and q.payload = g.payload
)
from unnest(%(codes)s::text[], %(payloads)s::text[]) with ordinality g (code, payload, place)
order by g.place;

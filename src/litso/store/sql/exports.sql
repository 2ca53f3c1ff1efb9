-- name: add
insert into export (kind, wanted, columns, classes, format, purpose, reason, counted, status, asked_by, is_program)
values (%(kind)s, %(wanted)s, %(columns)s, %(classes)s, %(format)s, %(purpose)s, %(reason)s, %(counted)s, %(status)s,
        %(asked_by)s, %(is_program)s)
returning export_id;

-- name: get
select export_id, kind, wanted, columns, classes, format, purpose, reason, counted, status, asked_by, is_program, asked_at,
       decided_by, decided_at, decision, rows, ready_at, expires_at, downloads, downloaded_at, error
from export where export_id = %(export_id)s;

-- name: lock
select export_id, kind, wanted, columns, classes, format, purpose, reason, counted, status, asked_by, is_program, asked_at,
       decided_by, decided_at, decision, rows, ready_at, expires_at, downloads, downloaded_at, error
from export where export_id = %(export_id)s for update;

-- name: latest
-- Of one who asked, or of all; the latest first.
select export_id, kind, wanted, columns, classes, format, purpose, reason, counted, status, asked_by, is_program, asked_at,
       decided_by, decided_at, decision, rows, ready_at, expires_at, downloads, downloaded_at, error
from export
where (%(asked_by)s::text is null or asked_by = %(asked_by)s and is_program = %(is_program)s)
  and (%(before)s::bigint is null or export_id < %(before)s)
order by export_id desc limit %(limit)s;

-- name: rows_alone
-- Rows that somebody took lately without a second person.
select coalesce(sum(coalesce(rows, counted)), 0)::bigint from export
where asked_by = %(asked_by)s and is_program = %(is_program)s and decided_by is null
  and status in ('approved', 'ready', 'expired') and asked_at > now() - interval '1 day';

-- name: decide
update export set status = %(status)s, decided_by = %(decided_by)s, decided_at = now(), decision = %(decision)s
where export_id = %(export_id)s;

-- name: withdraw
update export set status = 'withdrawn', wanted = '{}' where export_id = %(export_id)s;

-- name: ready
update export set status = 'ready', rows = %(rows)s, ready_at = now(), expires_at = now() + %(kept)s, error = null
where export_id = %(export_id)s;

-- name: fail
update export set status = 'failed', error = %(error)s where export_id = %(export_id)s;

-- name: downloaded
update export set downloads = downloads + 1, downloaded_at = clock_timestamp() where export_id = %(export_id)s;

-- name: add_part
insert into export_part (export_id, part, sealed) values (%(export_id)s, %(part)s, %(sealed)s);

-- name: parts
select part from export_part where export_id = %(export_id)s order by part;

-- name: part
select sealed from export_part where export_id = %(export_id)s and part = %(part)s;

-- name: drop_parts
delete from export_part where export_id = %(export_id)s;

-- name: expire
-- Files whose time is over, and requests that nobody decided; what was searched for is forgotten with them.
with over as (
    update export set status = 'expired', wanted = '{}'
    where status = 'ready' and expires_at <= now() or status = 'waiting' and asked_at < now() - %(patience)s::interval
    returning export_id
), gone as (
    delete from export_part where export_id in (select export_id from over)
)
select count(*) from over;

-- name: parties
-- Ids of parties by what is known of them, after one id.
select g.party_id::text
from golden g
where g.party_id > %(after)s::uuid
  and (%(kind)s::text is null or g.kind = %(kind)s)
  and (%(territory)s::text is null and %(brand)s::text is null or exists (
      select from party_scope s join scope c on c.scope_id = any(s.scopes)
      where s.party_id = g.party_id and (%(brand)s::text is null or c.brand = %(brand)s)
        and (%(territory)s::text is null or c.region = %(territory)s or c.region || '/' || c.city = %(territory)s)))
  and (%(source)s::text is null or exists (
      select from node n join source_record r on r.node_id = n.node_id
      where n.party_id = g.party_id and r.source = %(source)s))
order by g.party_id limit %(limit)s;

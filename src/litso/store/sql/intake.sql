-- name: lock
-- Messages of a source that change who is who are taken one after the other, beside no others.
select pg_advisory_xact_lock(hashtextextended(%(source)s, 20262));

-- name: lock_shared
select pg_advisory_xact_lock_shared(hashtextextended(%(source)s, 20262));

-- name: receive
insert into intake_message (source, message_id) select %(source)s, unnest(%(ids)s::text[])
on conflict do nothing
returning message_id;

-- name: sweep
delete from intake_message where received_at < now() - %(kept)s::interval;

-- name: put_trait
insert into intake_trait as t (source, owner, name, value, at, message_id)
values (%(source)s, %(owner)s, %(name)s, %(value)s, %(at)s, %(message_id)s)
on conflict (source, owner, name) do update
set value = excluded.value, at = excluded.at, message_id = excluded.message_id
where (t.at, t.message_id) < (excluded.at, excluded.message_id);

-- name: put_link
insert into intake_link as l (source, alias, user_id, since, said_by)
values (%(source)s, %(alias)s, %(user_id)s, %(since)s, %(said_by)s)
on conflict (source, alias, user_id) do update set since = least(l.since, excluded.since);

-- name: links_of
-- Links that stand, of these ids on either side.
select link_id, source, alias, user_id, since, said_by, said_at, case_id, undone_by, undone_at from intake_link
where source = %(source)s and undone_at is null and (alias = any(%(ids)s::text[]) or user_id = any(%(ids)s::text[]));

-- name: links
select link_id, source, alias, user_id, since, said_by, said_at, case_id, undone_by, undone_at from intake_link
where (%(source)s::text is null or source = %(source)s)
  and (%(owner)s::text is null or alias = %(owner)s or user_id = %(owner)s)
  and (%(before)s::bigint is null or link_id < %(before)s)
order by link_id desc limit %(limit)s;

-- name: get_link
select link_id, source, alias, user_id, since, said_by, said_at, case_id, undone_by, undone_at from intake_link
where link_id = %(link_id)s;

-- name: set_case
update intake_link set case_id = %(case_id)s where link_id = %(link_id)s;

-- name: undo_link
update intake_link set undone_by = %(undone_by)s, undone_at = now() where link_id = %(link_id)s and undone_at is null;

-- name: traits_of
select owner, name, value, at, message_id from intake_trait
where source = %(source)s and owner = any(%(owners)s::text[])
order by owner, at, message_id, name;

-- name: put_events
insert into fact (kind, source, fact_key, record_id, load_id, at, title, data)
select 'event', %(source)s, e.key, record_of_event(%(source)s, e.data ->> 'owner', e.at), %(load_id)s, e.at, e.title, e.data
from jsonb_to_recordset(%(rows)s) e (key text, at timestamptz, title text, data jsonb)
on conflict (source, kind, fact_key) do nothing;

-- name: attach
-- Hang events of these owners on records as links and records are now.
update fact f set record_id = found.record_id
from (
    select fact_id, record_of_event(source, data ->> 'owner', at) as record_id
    from fact
    where kind = 'event' and source = %(source)s and data ->> 'owner' = any(%(owners)s::text[])
) found
where f.fact_id = found.fact_id and f.record_id is distinct from found.record_id;

-- name: count_waiting
select count(*) from fact where kind = 'event' and source = %(source)s and record_id is null;

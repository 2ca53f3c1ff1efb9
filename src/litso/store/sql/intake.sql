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

-- name: put_event
insert into fact (kind, source, fact_key, load_id, at, title, status, data)
values ('event', %(source)s, %(fact_key)s, %(load_id)s, %(at)s, %(title)s, %(status)s, %(data)s)
on conflict (source, kind, fact_key) do nothing;

-- name: attach
-- Events hang on the record of their user. Those of a device hang on the user who was there last by then, else on the
-- first one who ever came; without any on the record of the device, if it has one; else they wait. So do those of an id
-- that was a user's before.
update fact f set record_id = found.record_id
from (
    select e.fact_id,
           case when starts_with(e.owner, 'anonymous:') then coalesce(linked.record_id, own.record_id)
                else coalesce(own.record_id, linked.record_id) end as record_id
    from (
        select fact_id, source, at, data ->> 'owner' as owner from fact
        where kind = 'event' and source = %(source)s and data ->> 'owner' = any(%(owners)s::text[])
        union
        select fact_id, source, at, data ->> 'owner' from fact
        where kind = 'event' and source = %(source)s and fact_key = any(%(keys)s::text[])
    ) e
    left join source_record own on own.source = e.source and own.source_id = e.owner and own.deleted_at is null
    left join lateral (
        select r.record_id
        from intake_link l
        join source_record r on r.source = l.source and r.source_id = l.user_id and r.deleted_at is null
        where l.source = e.source and l.alias = e.owner and l.undone_at is null
        order by l.since <= e.at desc, case when l.since <= e.at then l.since end desc, l.since, l.user_id
        limit 1
    ) linked on true
) found
where f.fact_id = found.fact_id and f.record_id is distinct from found.record_id;

-- name: count_waiting
select count(*) from fact where kind = 'event' and source = %(source)s and record_id is null;

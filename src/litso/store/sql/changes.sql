-- name: append
-- The lock comes before the ids; whoever listens is told when the transaction commits, once.
with alone as materialized (
    select pg_advisory_xact_lock(%(lock)s, 0)
), appended as (
    insert into change (type, party_id, load_id, judgement_id, data)
    select e.type, e.party_id, %(load_id)s, %(judgement_id)s, e.data
    from alone cross join
         unnest(%(types)s::text[], %(parties)s::uuid[], %(data)s::jsonb[]) with ordinality e (type, party_id, data, place)
    order by e.place
    returning change_id
)
select change_id, pg_notify('litso_changes', '') from appended;

-- name: after
select change_id, type, party_id::text, at, load_id, judgement_id, data
from change where change_id > %(change_id)s order by change_id limit %(limit)s;

-- name: of_party
select change_id, type, party_id::text, at, load_id, judgement_id, data
from change
where party_id = %(party_id)s and (%(before)s::bigint is null or change_id < %(before)s)
order by change_id desc limit %(limit)s;

-- name: last_id
select coalesce(max(change_id), 0) from change;

-- name: tell
select pg_notify('litso_changes', '');

-- name: count_after
select count(*) from change where change_id > %(change_id)s;

-- name: feed
-- What a transaction did to records and golden records bears its time, which is that of its events: so an event needs
-- no copy of them, and what was erased is in no event either.
with event as materialized (
    select change_id, type, party_id, at, data
    from change
    where change_id > %(change_id)s and type = any(%(types)s)
    order by change_id limit %(limit)s
)
select e.change_id, e.type, e.party_id::text, e.at, e.data, p.kind, r.is_concerned, r.sources, r.source_ids, r.moves,
       case when %(fields)s::text[] <> '{}' then b.chosen end as before,
       case when %(fields)s::text[] <> '{}' then coalesce(g.chosen, v.chosen) end as after
from event e
left join party p using (party_id)
left join lateral (
    select (count(*) > 0 or %(sources)s::text[] = '{}')
           and (%(territories)s::text[] = '{}' and %(brands)s::text[] = '{}' or exists (
               select from party_scope o join scope w on w.scope_id = any(o.scopes)
               where o.party_id = e.party_id and (%(brands)s::text[] = '{}' or w.brand = any(%(brands)s::text[]))
                 and (%(territories)s::text[] = '{}' or w.region = any(%(territories)s::text[])
                      or w.region || '/' || w.city = any(%(territories)s::text[])))) as is_concerned,
           array_agg(s.source) as sources, array_agg(s.source_id) as source_ids,
           array_agg(case when c.since = e.at and c.until is distinct from e.at then 1
                          when c.until = e.at and c.since <> e.at then -1 else 0 end) as moves
    from crosswalk c join source_record s using (record_id)
    where c.party_id = e.party_id
      and (%(sources)s::text[] = '{}' and (c.since = e.at or c.until = e.at) or s.source = any(%(sources)s))
) r on true
left join lateral (
    select (select jsonb_object_agg(f, golden_values -> f) from unnest(%(fields)s::text[]) f where golden_values ? f)
    from golden where party_id = e.party_id and published_at = e.at
) g (chosen) on %(fields)s::text[] <> '{}'
left join lateral (
    select (select jsonb_object_agg(f, golden_values -> f) from unnest(%(fields)s::text[]) f where golden_values ? f)
    from golden_version where party_id = e.party_id and valid_from = e.at and valid_to <> e.at limit 1
) v (chosen) on %(fields)s::text[] <> '{}'
left join lateral (
    select (select jsonb_object_agg(f, golden_values -> f) from unnest(%(fields)s::text[]) f where golden_values ? f)
    from golden_version where party_id = e.party_id and valid_to = e.at and valid_from <> e.at limit 1
) b (chosen) on %(fields)s::text[] <> '{}'
order by e.change_id;

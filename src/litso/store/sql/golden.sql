-- name: any
select exists (select from golden);

-- name: drop_incoming
drop table if exists pg_temp.incoming_golden;

-- name: create_incoming
create temporary table incoming_golden (like golden including defaults) on commit drop;

-- name: analyze_incoming
analyze pg_temp.incoming_golden (party_id);

-- name: keep_versions
insert into golden_version (party_id, version, golden_values, provenance, valid_from, valid_to)
select g.party_id, g.version, g.golden_values, g.provenance, g.published_at, now()
from golden g join pg_temp.incoming_golden i using (party_id)
where (g.kind, g.name, g.golden_values, g.provenance::text, g.records)
      is distinct from (i.kind, i.name, i.golden_values, i.provenance::text, i.records);

-- name: merge
-- A withdrawn party that comes back goes on counting where it was.
insert into golden as g (party_id, kind, version, name, golden_values, provenance, records, search)
select i.party_id, i.kind,
       1 + coalesce((select max(v.version) from golden_version v where v.party_id = i.party_id), 0),
       i.name, i.golden_values, i.provenance, i.records, i.search
from pg_temp.incoming_golden i
on conflict (party_id) do update
set kind = excluded.kind, version = g.version + 1, name = excluded.name, golden_values = excluded.golden_values,
    provenance = excluded.provenance, records = excluded.records, search = excluded.search, published_at = now()
where (g.kind, g.name, g.golden_values, g.provenance::text, g.records)
      is distinct from
      (excluded.kind, excluded.name, excluded.golden_values, excluded.provenance::text, excluded.records)
returning party_id::text;

-- name: refresh_search
-- Tokens may change where values do not: a meter, a former name of a record. That is no new version.
update golden g set search = i.search from pg_temp.incoming_golden i where i.party_id = g.party_id and g.search <> i.search;

-- name: publish_few
with given as materialized (
    select party_id, kind, name, golden_values, provenance, records, search::tsvector
    from json_to_recordset(%(rows)s::json)
         i (party_id uuid, kind text, name text, golden_values jsonb, provenance json, records integer, search text)
), present as materialized (
    select i.party_id, (g.kind, g.name, g.golden_values, g.provenance::text, g.records)
                       is distinct from (i.kind, i.name, i.golden_values, i.provenance::text, i.records) as is_changed
    from given i join golden g using (party_id)
), kept as (
    insert into golden_version (party_id, version, golden_values, provenance, valid_from, valid_to)
    select party_id, version, golden_values, provenance, published_at, now()
    from golden join present using (party_id) where is_changed
), changed as (
    update golden g
    set kind = i.kind, version = g.version + 1, name = i.name, golden_values = i.golden_values,
        provenance = i.provenance, records = i.records, search = i.search, published_at = now()
    from given i join present using (party_id)
    where g.party_id = i.party_id and is_changed
    returning g.party_id, g.version
), refreshed as (
    update golden g set search = i.search
    from given i join present using (party_id)
    where g.party_id = i.party_id and not is_changed and g.search <> i.search
), added as (
    insert into golden (party_id, kind, version, name, golden_values, provenance, records, search)
    select party_id, kind,
           1 + coalesce((select max(v.version) from golden_version v where v.party_id = i.party_id), 0),
           name, golden_values, provenance, records, search
    from given i where party_id not in (select party_id from present)
    returning party_id, version
)
select party_id::text, version from changed union all select party_id::text, version from added;

-- name: keep_withdrawn
insert into golden_version (party_id, version, golden_values, provenance, valid_from, valid_to)
select party_id, version, golden_values, provenance, published_at, now()
from golden where party_id = any(%(ids)s::uuid[]);

-- name: withdraw
delete from golden where party_id = any(%(ids)s::uuid[]);

-- name: find
select party_id::text, kind, version, name, golden_values, provenance, records, published_at
from golden where party_id = %(party_id)s;

-- name: find_many
select party_id::text, kind, version, name, golden_values, provenance, records, published_at
from golden where party_id = any(%(ids)s::uuid[]);

-- name: versions
select version, golden_values, provenance, valid_from, valid_to
from golden_version where party_id = %(party_id)s
union all
select version, golden_values, provenance, published_at, null from golden where party_id = %(party_id)s
order by version desc;

-- name: contents
select party_id::text, md5(row(kind, name, golden_values, provenance, records)::text) as content
from golden order by party_id;

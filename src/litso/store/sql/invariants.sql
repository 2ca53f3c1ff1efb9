-- name: i1
-- Live records that are to be resolved but have no node, no living party, or another party in the crosswalk; deleted
-- ones and crosswalk entries that still claim to belong.
select (
    select count(*)
    from source_record r
    left join node n on n.node_id = r.node_id
    left join party p on p.party_id = n.party_id
    left join crosswalk c on c.record_id = r.record_id and c.until is null
    where r.deleted_at is null and r.kind <> 'none'
      and (p.party_id is null or p.redirect_to is not null or c.party_id is distinct from n.party_id)
) + (
    select count(*)
    from crosswalk c
    left join source_record r on r.record_id = c.record_id
    where c.until is null and r.node_id is null
) + (
    select count(*) from source_record where deleted_at is not null and node_id is not null
);

-- name: i2
-- Golden records of parties without records, parties of records without a golden record, nodes without records.
select (
    select count(*)
    from golden g join party p using (party_id)
    where not p.is_handmade and not exists (select from node n where n.party_id = g.party_id)
) + (
    select count(distinct n.party_id)
    from node n
    where not exists (select from golden g where g.party_id = n.party_id)
) + (
    select count(*)
    from node n
    where not exists (select from source_record r where r.node_id = n.node_id)
);

-- name: i5
select count(*)
from judgement j
join source_record a on a.source = j.left_source and a.source_id = j.left_id
join source_record b on b.source = j.right_source and b.source_id = j.right_id
join node m on m.node_id = a.node_id
join node n on n.node_id = b.node_id
where j.verdict = 'different' and j.undone_at is null and m.party_id = n.party_id;

-- name: i6
select count(*)
from load
where status = 'done'
  and rows_in <> rows_inserted + rows_changed + rows_unchanged + rows_quarantined + rows_erased;

-- name: i12
select count(*)
from (
    select distinct g.party_id, origin ->> 'source' as source, origin ->> 'source_id' as source_id
    from golden g
    cross join lateral json_each(g.provenance) attribute (name, origins)
    cross join lateral json_array_elements(attribute.origins) origin
    where origin ->> 'rule' is distinct from 'pin'
) o
left join source_record r on r.source = o.source and r.source_id = o.source_id
left join node n on n.node_id = r.node_id
where n.party_id is distinct from o.party_id;

-- name: i12_pins
-- Pins that golden records show.
select g.party_id::text, (origin ->> 'source_id')::bigint as pin_id
from golden g
cross join lateral json_each(g.provenance) attribute (name, origins)
cross join lateral json_array_elements(attribute.origins) origin
where origin ->> 'rule' = 'pin';

-- name: i12_living
select party_id::text from golden where party_id = any(%(ids)s::uuid[]);

-- name: a1
-- Parties whose scopes are not those of their records.
select count(*) from (
    select n.party_id, array_agg(distinct c.scope_id order by c.scope_id) as scopes
    from node n join source_record r on r.node_id = n.node_id join source s on s.name = r.source
    left join scope c on c.brand = s.brand and c.region = coalesce(r.region, s.region)
                     and c.city = coalesce(r.city, case when r.region is null then s.city end, '')
    group by n.party_id
) d left join party_scope p using (party_id)
where d.scopes is distinct from p.scopes;

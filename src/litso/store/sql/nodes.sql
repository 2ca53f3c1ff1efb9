-- name: read_nodes
select node_id, replace(fingerprint::text, '-', ''), party_id from node order by node_id

-- name: read_keys
select key, node_id from node_key

-- name: read_links
select node_a, node_b, weight, encode(levels, 'hex') from link order by node_a, node_b

-- name: remove_keys
with finer as (delete from hub_key where node_id = any(%(ids)s::bigint[]))
delete from node_key where node_id = any(%(ids)s::bigint[]);

-- name: remove_links
delete from link where node_a = any(%(ids)s::bigint[]) or node_b = any(%(ids)s::bigint[]);

-- name: remove_links_within
delete from link where node_a = any(%(ids)s::bigint[]) and node_b = any(%(ids)s::bigint[]);

-- name: remove_nodes
delete from node where node_id = any(%(ids)s::bigint[]);

-- name: drop_incoming_node
drop table if exists pg_temp.incoming_node;

-- name: create_incoming_node
create temporary table incoming_node (node_id bigint, party_id uuid) on commit drop;

-- name: assign_parties
update node n set party_id = i.party_id
from pg_temp.incoming_node i
where i.node_id = n.node_id and n.party_id <> i.party_id;

-- name: add_handful
with added as (
    insert into node (fingerprint, party_id) select * from unnest(%(fingerprints)s::uuid[], %(parties)s::uuid[])
    returning node_id, fingerprint
), keyed as (
    insert into node_key (key, node_id)
    select k.key, a.node_id
    from unnest(%(keys)s::bigint[], %(owners)s::uuid[]) k (key, owner) join added a on a.fingerprint = k.owner
)
select replace(fingerprint::text, '-', ''), node_id from added;

-- name: add_links
insert into link (node_a, node_b, weight, levels)
select * from unnest(%(nodes_a)s::bigint[], %(nodes_b)s::bigint[], %(weights)s::real[], %(levels)s::bytea[])
on conflict (node_a, node_b) do update set weight = excluded.weight, levels = excluded.levels;

-- name: blocks
select k.key, c.size, case when c.size <= %(shown)s then c.members else '{}' end
from (select distinct unnest(%(keys)s::bigint[]) as key) k
cross join lateral (
    select count(*) as size, array_agg(node_id) as members
    from (select node_id from node_key where node_key.key = k.key order by node_key.key, node_id limit %(most)s) one
) c
where c.size > 0;

-- name: hub_blocks
select k.key, c.size, case when c.size <= %(shown)s then c.members else '{}' end
from (select distinct unnest(%(keys)s::bigint[]) as key) k
cross join lateral (
    select count(*) as size, array_agg(node_id) as members
    from (select node_id from hub_key where hub_key.key = k.key order by hub_key.key, node_id limit %(most)s) one
) c
where c.size > 0;

-- name: add_hub_keys
insert into hub_key (key, node_id)
select * from unnest(%(keys)s::bigint[], %(nodes)s::bigint[]) on conflict do nothing;

-- name: clear_hub_keys
truncate hub_key;

-- name: hub_keys_of
select key, node_id from hub_key where node_id = any(%(ids)s::bigint[]);

-- name: find_by_fingerprints
select replace(fingerprint::text, '-', ''), node_id from node where fingerprint = any(%(fingerprints)s::uuid[]);

-- name: partners
select distinct case when node_a = any(%(ids)s::bigint[]) then node_b else node_a end
from link
where (node_a = any(%(ids)s::bigint[]) or node_b = any(%(ids)s::bigint[])) and weight > %(weight)s;

-- name: keys_of
select key, node_id from node_key where node_id = any(%(ids)s::bigint[]) order by node_id, key;

-- name: component
with recursive reached (node_id) as (
    select unnest(%(ids)s::bigint[])
    union
    select n.node_id
    from reached r
    cross join lateral (
        select node_b as node_id from link where node_a = r.node_id and weight > %(weight)s
        union all
        select node_a from link where node_b = r.node_id and weight > %(weight)s
    ) n
)
select node_id from reached order by node_id;

-- name: links_within
select node_a, node_b, weight, levels from link
where node_a = any(%(ids)s::bigint[]) and node_b = any(%(ids)s::bigint[])
order by node_a, node_b;

-- name: standings
-- `offset 0`: as a planner that knows little of the tables yet would go through all records in their order instead.
select r.record_id, r.kind, n.party_id::text, o.source, o.source_id, coalesce(l.weight, 0) as weight,
       coalesce(l.levels, '') as levels
from source_record r
join node n using (node_id)
left join lateral (
    select e.other, e.weight, e.levels
    from (
        select node_b as other, weight, levels from link where node_a = r.node_id
        union all
        select node_a, weight, levels from link where node_b = r.node_id
    ) e
    join node m on m.node_id = e.other and m.party_id = n.party_id
    order by e.weight desc, e.other limit %(most)s
) l on true
left join lateral (
    select source, source_id
    from (select record_id, source, source_id from source_record s where s.node_id = l.other offset 0) s
    order by record_id limit 1
) o on true
where r.record_id = any(%(ids)s::bigint[])
order by r.record_id, l.weight desc, l.other;

-- name: parties_of
select node_id, party_id::text from node where node_id = any(%(ids)s::bigint[]);

-- name: nodes_of_parties
select node_id, party_id::text from node where party_id = any(%(ids)s::uuid[]);

-- name: set_parties
update node n set party_id = i.party_id
from unnest(%(nodes)s::bigint[], %(parties)s::uuid[]) i (node_id, party_id)
where i.node_id = n.node_id and n.party_id <> i.party_id;

-- name: drop_stale_link
drop table if exists pg_temp.stale_link;

-- name: create_stale_link
create temporary table stale_link (node_a bigint, node_b bigint) on commit drop;

-- name: remove_pairs
delete from link l using pg_temp.stale_link s where l.node_a = s.node_a and l.node_b = s.node_b;

-- name: sizes
select k.key, (select count(*) from (select from node_key where node_key.key = k.key limit %(most)s) c)
from (select distinct unnest(%(keys)s::bigint[]) as key) k;

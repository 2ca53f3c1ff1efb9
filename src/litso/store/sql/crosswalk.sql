-- name: any
select exists (select from crosswalk);

-- name: drop_incoming
drop table if exists pg_temp.incoming_crosswalk;

-- name: create_incoming
create temporary table incoming_crosswalk (record_id bigint, party_id uuid) on commit drop;

-- name: analyze_incoming
analyze pg_temp.incoming_crosswalk;

-- name: end_moved
update crosswalk c set until = now()
from pg_temp.incoming_crosswalk i
where c.record_id = i.record_id and c.until is null and c.party_id <> i.party_id;

-- name: begin_moved
insert into crosswalk (record_id, party_id, reason)
select i.record_id, i.party_id, %(reason)s
from pg_temp.incoming_crosswalk i
where not exists (select from crosswalk c where c.record_id = i.record_id and c.until is null);

-- name: end_some
update crosswalk c set until = now()
from unnest(%(records)s::bigint[], %(parties)s::uuid[]) i (record_id, party_id)
where c.record_id = i.record_id and c.until is null and c.party_id <> i.party_id;

-- name: begin_some
insert into crosswalk (record_id, party_id, reason)
select i.record_id, i.party_id, %(reason)s
from unnest(%(records)s::bigint[], %(parties)s::uuid[]) i (record_id, party_id)
where not exists (select from crosswalk c where c.record_id = i.record_id and c.until is null);

-- name: end
update crosswalk set until = now() where record_id = any(%(records)s::bigint[]) and until is null;

-- name: read_current
select r.source, r.source_id, c.party_id
from crosswalk c join source_record r using (record_id)
where c.until is null
order by r.source, r.source_id

-- name: history_of_record
select c.record_id, r.source, r.source_id, c.party_id::text, c.since, c.until, c.reason
from source_record r join crosswalk c using (record_id)
where r.source = %(source)s and r.source_id = %(source_id)s
order by c.since desc, c.until desc nulls first;

-- name: history_of_party
select c.record_id, r.source, r.source_id, c.party_id::text, c.since, c.until, c.reason
from crosswalk c join source_record r using (record_id)
where c.party_id = %(party_id)s
order by c.since desc, r.source, r.source_id;

-- name: current_of
select record_id, party_id::text from crosswalk where record_id = any(%(records)s::bigint[]) and until is null

-- name: redirected_of
-- Parties that records once belonged to and that are redirected now, and that no judgement has made or displaced.
select distinct c.record_id, c.party_id::text
from crosswalk c join party p using (party_id)
where c.record_id = any(%(records)s::bigint[]) and p.redirect_to is not null and p.founder is null
  and not exists (select from home h where h.party_id = c.party_id)

-- name: of_party_at
select r.source, r.source_id
from crosswalk c join source_record r using (record_id)
where c.party_id = %(party_id)s and c.since <= %(at)s and (c.until is null or %(at)s < c.until)
order by r.source, r.source_id;

-- name: of_keys
select r.source, r.source_id, n.party_id::text
from unnest(%(sources)s::text[], %(ids)s::text[]) k (source, source_id)
join source_record r on r.source = k.source and r.source_id = k.source_id
join node n on n.node_id = r.node_id;

-- name: keys_of
select r.source, r.source_id, n.party_id::text
from node n join source_record r using (node_id)
where n.party_id = any(%(parties)s::uuid[])
order by n.party_id, r.source, r.source_id;

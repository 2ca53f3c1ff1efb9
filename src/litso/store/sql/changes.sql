-- name: append
insert into change (type, party_id, load_id, judgement_id, data)
select e.type, e.party_id, %(load_id)s, %(judgement_id)s, e.data
from unnest(%(types)s::text[], %(parties)s::uuid[], %(data)s::jsonb[]) with ordinality e (type, party_id, data, place)
order by e.place
returning change_id;

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

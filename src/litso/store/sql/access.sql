-- name: write
insert into access_log (actor, action, party_id, fields, purpose, found, version)
values (%(actor)s, %(action)s, %(party_id)s, %(fields)s, %(purpose)s, %(found)s, %(version)s);

-- name: write_fed
insert into access_log (actor, action, party_id, fields, purpose)
select %(actor)s, 'feed', t.party_id, string_to_array(t.fields, ','), %(purpose)s
from unnest(%(parties)s::uuid[], %(fields)s::text[]) t (party_id, fields);

-- name: of_party
select access_id, at, actor, action, party_id::text, fields, purpose, found, version
from access_log
where party_id = %(party_id)s and (%(with_checks)s or action <> 'check')
order by at desc, access_id desc limit %(limit)s;

-- name: recent
select access_id, at, actor, action, party_id::text, fields, purpose, found, version
from access_log
where (%(actor)s::text is null or actor = %(actor)s) and (%(with_checks)s or action <> 'check') and (%(before)s::bigint is null or access_id < %(before)s)
order by access_id desc limit %(limit)s;

-- name: get
select access_id, at, actor, action, party_id::text, fields, purpose, found, version
from access_log where access_id = %(access_id)s;

-- name: write_many
insert into access_log (actor, action, party_id, fields, purpose, version)
select %(actor)s, %(action)s, t.party_id, string_to_array(t.fields, ','), %(purpose)s, t.version
from unnest(%(parties)s::uuid[], %(fields)s::text[], %(versions)s::int[]) t (party_id, fields, version);

-- name: any
select exists (select from home);

-- name: read
select record_id, party_id from home

-- name: forget
delete from home where record_id = any(%(records)s::bigint[]);

-- name: clear
delete from home;

-- name: keep
insert into home (record_id, party_id) select * from unnest(%(records)s::bigint[], %(parties)s::uuid[]);

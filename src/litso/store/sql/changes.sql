-- name: append
insert into change (type, party_id, load_id, judgement_id, data)
values (%(type)s, %(party_id)s, %(load_id)s, %(judgement_id)s, %(data)s)
returning change_id;

-- name: after
select change_id, type, party_id::text, at, load_id, judgement_id, data
from change where change_id > %(change_id)s order by change_id limit %(limit)s;

-- name: of_party
select change_id, type, party_id::text, at, load_id, judgement_id, data
from change
where party_id = %(party_id)s and (%(before)s::bigint is null or change_id < %(before)s)
order by change_id desc limit %(limit)s;

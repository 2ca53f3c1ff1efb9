-- name: find
select f.user_id, f.confirmed_at,
       (select count(*) from recovery_code r where r.user_id = f.user_id and r.used_at is null) as left
from second_factor f where f.user_id = %(user_id)s and f.confirmed_at is not null;

-- name: enrolled
select user_id from second_factor where confirmed_at is not null;

-- name: begin
insert into second_factor (user_id, secret) values (%(user_id)s, %(secret)s) on conflict (user_id) do nothing;

-- name: is_begun
select 1 from second_factor where user_id = %(user_id)s and confirmed_at is null for update;

-- name: secret
select secret from second_factor where user_id = %(user_id)s;

-- name: confirm
update second_factor set confirmed_at = now(), last_step = %(step)s where user_id = %(user_id)s;

-- name: accept
update second_factor set last_step = %(step)s
where user_id = %(user_id)s and last_step < %(step)s and confirmed_at is not null;

-- name: recover
update recovery_code set used_at = now()
where user_id = %(user_id)s and code_hash = %(code_hash)s and used_at is null;

-- name: drop_codes
delete from recovery_code where user_id = %(user_id)s;

-- name: add_codes
insert into recovery_code (user_id, code_hash) select %(user_id)s, unnest(%(hashes)s::bytea[]);

-- name: remove
delete from second_factor where user_id = %(user_id)s;

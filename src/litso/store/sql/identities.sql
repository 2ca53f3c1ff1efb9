-- name: sweep
delete from provider_attempt where expires_at < now();

-- name: send
insert into provider_attempt (state_hash, visit_hash, nonce, verifier, next, expires_at)
values (%(state_hash)s, %(visit_hash)s, %(nonce)s, %(verifier)s, %(next)s, now() + %(life)s::interval);

-- name: take
delete from provider_attempt
where state_hash = %(state_hash)s and visit_hash = %(visit_hash)s and expires_at > now()
returning nonce, verifier, next;

-- name: find
select u.user_id, u.login, u.name, u.role, u.is_active, u.created_at
from user_identity i join user_account u using (user_id)
where i.issuer = %(issuer)s and i.subject = %(subject)s for update of u;

-- name: add
insert into user_identity (issuer, subject, user_id) values (%(issuer)s, %(subject)s, %(user_id)s);

-- name: is_free
select not exists (select from user_account where login = %(login)s);

-- name: rename
update user_account set name = %(name)s where user_id = %(user_id)s and name <> %(name)s;

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
select user_id from user_identity where issuer = %(issuer)s and subject = %(subject)s for update;

-- name: add
insert into user_identity (issuer, subject, user_id) values (%(issuer)s, %(subject)s, %(user_id)s);

-- name: is_free
select not exists (select from user_account where login = %(login)s);

-- name: rename
update user_account set name = %(name)s where user_id = %(user_id)s and name <> %(name)s;

-- name: create
insert into user_account (login, name, role, password_hash)
values (%(login)s, %(name)s, %(role)s, %(password_hash)s)
on conflict (login) do nothing
returning user_id, login, name, role, is_active, created_at;

-- name: password_hash
select user_id, password_hash from user_account where login = %(login)s and is_active;

-- name: find
select user_id, login, name, role, is_active, created_at from user_account where user_id = %(user_id)s and is_active;

-- name: list_all
select user_id, login, name, role, is_active, created_at from user_account order by login;

-- name: any_active
select exists (select from user_account where is_active);

-- name: set_password
update user_account set password_hash = %(password_hash)s where user_id = %(user_id)s;

-- name: deactivate
update user_account set is_active = false where user_id = %(user_id)s;

-- name: close_sessions
delete from session where user_id = %(user_id)s;

-- name: sweep_sessions
delete from session where expires_at < now() or seen_at < now() - %(idle)s::interval;

-- name: open_session
insert into session (token_hash, user_id, expires_at) values (%(token_hash)s, %(user_id)s, now() + %(whole)s::interval);

-- name: find_session
-- seen_at is written at most once a minute: a page of twenty requests is one write.
with living as (
    select token_hash, user_id, seen_at from session
    where token_hash = %(token_hash)s and expires_at > now() and seen_at > now() - %(idle)s::interval
), seen as (
    update session s set seen_at = now() from living l
    where s.token_hash = l.token_hash and l.seen_at < now() - interval '1 minute'
)
select u.user_id, u.login, u.name, u.role, u.is_active, u.created_at
from living join user_account u using (user_id)
where u.is_active;

-- name: close_session
delete from session where token_hash = %(token_hash)s;

-- name: void_tokens
delete from one_time_token where used_at is null;

-- name: issue_token
insert into one_time_token (token_hash, role, expires_at) values (%(token_hash)s, %(role)s, now() + %(life)s::interval);

-- name: is_token
select exists (
    select from one_time_token where token_hash = %(token_hash)s and used_at is null and expires_at > now()
);

-- name: redeem_token
update one_time_token set used_at = now()
where token_hash = %(token_hash)s and used_at is null and expires_at > now()
returning role;

-- name: issue_service_token
insert into service_token as s (token_hash, name, role) values (%(token_hash)s, %(name)s, %(role)s)
on conflict (name) do update
set token_hash = excluded.token_hash, role = excluded.role, created_at = now(), revoked_at = null
where s.revoked_at is not null;

-- name: find_service
select name, role, created_at, revoked_at from service_token where token_hash = %(token_hash)s and revoked_at is null;

-- name: list_services
select name, role, created_at, revoked_at from service_token order by name;

-- name: revoke_service
update service_token set revoked_at = now() where name = %(name)s and revoked_at is null;

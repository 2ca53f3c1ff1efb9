-- name: create
insert into user_account (login, name, role, password_hash, territories, brands, classes)
values (%(login)s, %(name)s, %(role)s, %(password_hash)s, %(territories)s, %(brands)s, %(classes)s)
on conflict (login) do nothing
returning user_id, login, name, role, is_active, created_at, territories, brands, classes;

-- name: password_hash
select user_id, password_hash from user_account where login = %(login)s and is_active;

-- name: is_login
select exists (select from user_account where login = %(login)s);

-- name: find
select user_id, login, name, role, is_active, created_at, territories, brands, classes
from user_account where user_id = %(user_id)s and is_active;

-- name: list_all
select user_id, login, name, role, is_active, created_at, territories, brands, classes from user_account order by login;

-- name: any_active
select exists (select from user_account where is_active);

-- name: set_password
update user_account set password_hash = %(password_hash)s where user_id = %(user_id)s;

-- name: deactivate
update user_account set is_active = false where user_id = %(user_id)s;

-- name: set_scope
update user_account set territories = %(territories)s, brands = %(brands)s, classes = %(classes)s
where user_id = %(user_id)s;

-- name: close_sessions
delete from session where user_id = %(user_id)s;

-- name: set_role
update user_account set role = %(role)s where user_id = %(user_id)s and is_active;

-- name: activate
update user_account set is_active = true where user_id = %(user_id)s;

-- name: is_last_administrator
select exists (select from user_account where user_id = %(user_id)s and role = 'administrator' and is_active)
   and not exists (select from user_account where user_id <> %(user_id)s and role = 'administrator' and is_active);

-- name: id_of
select user_id from user_account where login = %(login)s;

-- name: has_password
select password_hash is not null from user_account where user_id = %(user_id)s;

-- name: sweep_sessions
delete from session where expires_at < now() or seen_at < now() - %(idle)s::interval;

-- name: sweep_steps
delete from sign_in_step where expires_at < now();

-- name: open_session
insert into session (token_hash, user_id, expires_at, address, agent, method, id_token)
values (%(token_hash)s, %(user_id)s, now() + %(whole)s::interval, %(address)s, %(agent)s, %(method)s, %(id_token)s);

-- name: find_sessions
-- Users by tokens of living sessions. seen_at is written at most once a minute: a page of twenty requests is one write,
-- which waits for nobody.
with living as materialized (
    select token_hash, user_id, seen_at from session
    where token_hash = any(%(keys)s::bytea[]) and expires_at > now() and seen_at > now() - %(idle)s::interval
), due as materialized (
    select s.token_hash from session s
    where s.token_hash in (select token_hash from living where seen_at < now() - interval '1 minute')
    for no key update skip locked
), seen as (
    update session s set seen_at = now() from due d where s.token_hash = d.token_hash
)
select l.token_hash, u.user_id, u.login, u.name, u.role, u.is_active, u.created_at, u.territories, u.brands, u.classes
from living l join user_account u using (user_id)
where u.is_active;

-- name: list_sessions
select s.session_id, s.user_id, s.created_at, s.seen_at, s.address, s.agent, s.method,
       s.token_hash = %(token_hash)s as is_this
from session s
where s.user_id = any (%(users)s) and s.expires_at > now() and s.seen_at > now() - %(idle)s::interval
order by s.seen_at desc, s.session_id desc;

-- name: end_session
delete from session where session_id = %(session_id)s and user_id = %(user_id)s;

-- name: close_other_sessions
delete from session where user_id = %(user_id)s and token_hash <> %(token_hash)s;

-- name: close_session
delete from session where token_hash = %(token_hash)s returning id_token;

-- name: close_steps
delete from sign_in_step where user_id = %(user_id)s;

-- name: open_step
insert into sign_in_step (token_hash, user_id, need, expires_at)
values (%(token_hash)s, %(user_id)s, %(need)s, now() + %(life)s::interval);

-- name: find_step
select user_id, need from sign_in_step where token_hash = %(token_hash)s and expires_at > now();

-- name: close_step
delete from sign_in_step where token_hash = %(token_hash)s;

-- name: void_tokens
delete from one_time_token where used_at is null;

-- name: issue_token
insert into one_time_token (token_hash, role, expires_at, territories, brands, classes)
values (%(token_hash)s, %(role)s, now() + %(life)s::interval, %(territories)s, %(brands)s, %(classes)s);

-- name: is_token
select exists (
    select from one_time_token where token_hash = %(token_hash)s and used_at is null and expires_at > now()
);

-- name: redeem_token
update one_time_token set used_at = now()
where token_hash = %(token_hash)s and used_at is null and expires_at > now()
returning role, territories, brands, classes;

-- name: issue_service_token
insert into service_token as s (token_hash, name, role, expires_at, territories, brands, classes)
values (%(token_hash)s, %(name)s, %(role)s, now() + %(life)s::interval, %(territories)s, %(brands)s, %(classes)s)
on conflict (name) do update
set token_hash = excluded.token_hash, role = excluded.role, created_at = now(), expires_at = excluded.expires_at,
    territories = excluded.territories, brands = excluded.brands, classes = excluded.classes,
    used_at = null, former_hash = null, former_until = null, former_used_at = null, revoked_at = null
where s.revoked_at is not null;

-- name: rotate_service_token
-- The former token never lives longer than it would have.
update service_token
set former_hash = token_hash, former_used_at = used_at, former_until = least(now() + %(grace)s::interval, expires_at),
    token_hash = %(token_hash)s, created_at = now(), expires_at = now() + %(life)s::interval, used_at = null
where name = %(name)s and revoked_at is null;

-- name: limit_service
update service_token set territories = %(territories)s, brands = %(brands)s, classes = %(classes)s
where name = %(name)s and revoked_at is null;

-- name: find_services
-- Programs by tokens, the newest or the former one; the use of each is written at most once a minute, and not waited
-- for while somebody else changes the program.
with found as materialized (
    select token_hash as key, name, true as is_newest, coalesce(used_at < now() - interval '1 minute', true) as is_due
    from service_token
    where token_hash = any(%(keys)s::bytea[]) and revoked_at is null and coalesce(expires_at > now(), true)
    union all
    select former_hash, name, false, coalesce(former_used_at < now() - interval '1 minute', true)
    from service_token
    where former_hash = any(%(keys)s::bytea[]) and revoked_at is null and former_until > now()
), due as materialized (
    select s.name from service_token s where s.name in (select name from found where is_due)
    for no key update skip locked
), used as (
    update service_token s
    set used_at = case when u.newest then now() else s.used_at end,
        former_used_at = case when u.former then now() else s.former_used_at end
    from (select name, bool_or(is_newest) as newest, bool_or(not is_newest) as former from found where is_due group by name) u
    join due using (name)
    where s.name = u.name
)
select f.key, s.name, s.role, s.created_at, s.revoked_at, s.expires_at, s.used_at, s.former_until, s.former_used_at,
       s.territories, s.brands, s.classes
from found f join service_token s using (name);

-- name: list_services
select name, role, created_at, revoked_at, expires_at, used_at, former_until, former_used_at, territories, brands,
       classes
from service_token order by name;

-- name: revoke_service
update service_token set revoked_at = now(), former_hash = null, former_until = null
where name = %(name)s and revoked_at is null;

-- name: mint
insert into party (party_id, kind, is_handmade)
select id, kind, %(is_handmade)s from unnest(%(ids)s::uuid[], %(kinds)s::text[]) p (id, kind);

-- name: found
insert into party (party_id, kind, founder)
select * from unnest(%(ids)s::uuid[], %(kinds)s::text[], %(founders)s::bigint[]);

-- name: founded_by
select founder, party_id::text from party where founder = any(%(records)s::bigint[]);

-- name: redirect
update party p set redirect_to = r.new, redirected_at = now()
from unnest(%(old)s::uuid[], %(new)s::uuid[]) r (old, new) join party before on before.party_id = r.old
where p.party_id = r.old and p.redirect_to is distinct from r.new
returning p.party_id::text, before.redirect_to is not null;

-- name: revive
update party set redirect_to = null, redirected_at = null
where party_id = any(%(ids)s::uuid[]) and redirect_to is not null;

-- name: set_kinds
update party p set kind = k.kind
from unnest(%(ids)s::uuid[], %(kinds)s::text[]) k (id, kind)
where p.party_id = k.id and p.kind <> k.kind;

-- name: find
select party_id::text, kind, is_handmade, minted_at, redirect_to::text, redirected_at
from party where party_id = %(party_id)s;

-- name: get_current
with recursive step (party_id, redirect_to) as (
    select party_id, redirect_to from party where party_id = %(party_id)s
    union
    select p.party_id, p.redirect_to from step s join party p on p.party_id = s.redirect_to
)
select p.party_id::text, p.kind, p.is_handmade, p.minted_at, p.redirect_to::text, p.redirected_at
from step s join party p using (party_id)
where s.redirect_to is null;

-- name: merged_into
with recursive step (party_id, redirected_at) as (
    select party_id, redirected_at from party where redirect_to = %(party_id)s
    union
    select p.party_id, p.redirected_at from step s join party p on p.redirect_to = s.party_id
)
select party_id::text from step order by redirected_at, party_id;

-- name: read_ages
select party_id, row_number() over (order by minted_at, party_id) from party

-- name: any_redirected
select exists (select from party where redirect_to is not null);

-- name: oldest_first
select party_id::text from party where party_id = any(%(ids)s::uuid[]) order by minted_at, party_id;

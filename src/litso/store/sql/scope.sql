-- name: limit
-- What the role litso_reader sees until the end of the transaction, and how the audit names it.
select set_config('litso.actor', %(actor)s, true), set_config('litso.limits', %(limits)s, true),
       set_config('litso.scopes', (
           select coalesce(array_agg(scope_id order by scope_id), '{}')::text from scope
           where (%(brands)s::text[] = '{}' or brand = any(%(brands)s::text[]))
             and (%(territories)s::text[] = '{}' or region = any(%(territories)s::text[])
                  or region || '/' || city = any(%(territories)s::text[]))
       ), true);

-- name: widen
select set_config('role', 'none', true);

-- name: narrow
select set_config('role', 'litso_reader', true);

-- name: visible
-- Those of the parties that have a record within the limits.
select s.party_id::text
from party_scope s
where s.party_id = any(%(ids)s::uuid[])
  and exists (
      select from scope c
      where c.scope_id = any(s.scopes)
        and (%(brands)s::text[] = '{}' or c.brand = any(%(brands)s::text[]))
        and (%(territories)s::text[] = '{}' or c.region = any(%(territories)s::text[])
             or c.region || '/' || c.city = any(%(territories)s::text[])));

-- name: records_within
select source, source_id
from (
    select r.source, r.source_id, s.brand, coalesce(r.region, s.region) as region,
           coalesce(r.city, case when r.region is null then s.city end, '') as city
    from unnest(%(sources)s::text[], %(source_ids)s::text[]) k (source, source_id)
    join source_record r using (source, source_id) join source s on s.name = r.source
) c
where (%(brands)s::text[] = '{}' or brand = any(%(brands)s::text[]))
  and (%(territories)s::text[] = '{}' or region = any(%(territories)s::text[])
       or region || '/' || city = any(%(territories)s::text[]));

-- name: known
select brand, region, city from scope order by brand, region, city;

-- name: is_empty
select not exists (select from party_scope);

-- name: add_all_scopes
insert into scope (brand, region, city)
select distinct s.brand, coalesce(r.region, s.region), coalesce(r.city, case when r.region is null then s.city end, '')
from source_record r join source s on s.name = r.source
where r.node_id is not null
except select brand, region, city from scope
on conflict do nothing;

-- name: write_all_scopes
insert into party_scope (party_id, scopes)
select n.party_id, array_agg(distinct c.scope_id order by c.scope_id)
from node n join source_record r on r.node_id = n.node_id join source s on s.name = r.source
join scope c on c.brand = s.brand and c.region = coalesce(r.region, s.region)
            and c.city = coalesce(r.city, case when r.region is null then s.city end, '')
group by n.party_id;

-- name: write_all_accounts
insert into party_account (account, party_id)
select distinct account, n.party_id
from node n join source_record r on r.node_id = n.node_id cross join lateral unnest(r.accounts) account;

-- name: add_scopes_of
insert into scope (brand, region, city)
select distinct s.brand, coalesce(r.region, s.region), coalesce(r.city, case when r.region is null then s.city end, '')
from node n join source_record r on r.node_id = n.node_id join source s on s.name = r.source
where n.party_id = any(%(ids)s::uuid[])
except select brand, region, city from scope
on conflict do nothing;

-- name: write_of
-- Answers whether the scopes of all of their records are there; else write anew when they are added.
with said as materialized (
    select n.party_id, r.accounts, s.brand, coalesce(r.region, s.region) as region,
           coalesce(r.city, case when r.region is null then s.city end, '') as city
    from node n join source_record r on r.node_id = n.node_id join source s on s.name = r.source
    where n.party_id = any(%(ids)s::uuid[])
), scoped as materialized (
    select d.party_id, bool_or(c.scope_id is null) as is_lacking,
           coalesce(array_agg(c.scope_id order by c.scope_id) filter (where c.scope_id is not null), '{}') as scopes
    from (select distinct party_id, brand, region, city from said) d left join scope c using (brand, region, city)
    group by d.party_id
), written as (
    insert into party_scope as p (party_id, scopes) select party_id, scopes from scoped
    on conflict (party_id) do update set scopes = excluded.scopes where p.scopes <> excluded.scopes
), named as materialized (
    select distinct account, party_id from said cross join lateral unnest(accounts) account
), gone as (
    delete from party_account a
    where a.party_id = any(%(ids)s::uuid[]) and (a.account, a.party_id) not in (select account, party_id from named)
), added as (
    insert into party_account (account, party_id)
    select account, party_id from named except select account, party_id from party_account
    where party_id = any(%(ids)s::uuid[])
    on conflict do nothing
)
select coalesce(not bool_or(is_lacking), true) from scoped;

-- name: forget_accounts_of
delete from party_account where party_id = any(%(ids)s::uuid[]);

-- name: parties_of_source
select distinct n.party_id::text
from source_record r join node n using (node_id) where r.source = %(source)s;

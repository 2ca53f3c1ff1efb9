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

-- name: write_scopes_of
insert into party_scope as p (party_id, scopes)
select n.party_id, array_agg(distinct c.scope_id order by c.scope_id)
from node n join source_record r on r.node_id = n.node_id join source s on s.name = r.source
join scope c on c.brand = s.brand and c.region = coalesce(r.region, s.region)
            and c.city = coalesce(r.city, case when r.region is null then s.city end, '')
where n.party_id = any(%(ids)s::uuid[])
group by n.party_id
on conflict (party_id) do update set scopes = excluded.scopes where p.scopes <> excluded.scopes;

-- name: write_accounts_of
with said as (
    select distinct account, n.party_id
    from node n join source_record r on r.node_id = n.node_id cross join lateral unnest(r.accounts) account
    where n.party_id = any(%(ids)s::uuid[])
), gone as (
    delete from party_account a
    where a.party_id = any(%(ids)s::uuid[]) and (a.account, a.party_id) not in (select account, party_id from said)
)
insert into party_account (account, party_id)
select account, party_id from said except select account, party_id from party_account
where party_id = any(%(ids)s::uuid[])
on conflict do nothing;

-- name: forget_accounts_of
delete from party_account where party_id = any(%(ids)s::uuid[]);

-- name: parties_of_source
select distinct n.party_id::text
from source_record r join node n using (node_id) where r.source = %(source)s;

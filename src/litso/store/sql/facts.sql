-- name: any_of_source
select exists (select from fact where source = %(source)s);

-- name: owners
select source_id, record_id from source_record where source = %(source)s and source_id = any(%(ids)s::text[])

-- name: drop_incoming
drop table if exists pg_temp.incoming_fact;

-- name: create_incoming
create temporary table incoming_fact (
    kind text, source text, fact_key text, record_id bigint, load_id bigint, at timestamptz, until timestamptz, account text,
    house_key text, flat text, amount numeric(14, 2), title text, status text, data jsonb
) on commit drop;

-- name: analyze_incoming
analyze pg_temp.incoming_fact;

-- name: known
select count(*) from pg_temp.incoming_fact i join fact f using (source, kind, fact_key);

-- name: create_moved
create temporary table if not exists moved_fact (kind text, fact_key text, record_id bigint, house_key text, flat text)
on commit drop;

-- name: count_moved
select count(*) from pg_temp.moved_fact m join fact f using (kind, fact_key, record_id)
where f.source = %(source)s and (f.house_key, f.flat) is distinct from (m.house_key, m.flat);

-- name: move
update fact f set house_key = m.house_key, flat = m.flat
from pg_temp.moved_fact m
where f.source = %(source)s and f.kind = m.kind and f.fact_key = m.fact_key and f.record_id = m.record_id
  and (f.house_key, f.flat) is distinct from (m.house_key, m.flat);

-- name: delete_missing
delete from fact f
where f.source = %(source)s
  and f.kind in (select kind from pg_temp.incoming_fact)
  and not exists (
      select from pg_temp.incoming_fact i
      where i.source = f.source and i.kind = f.kind and i.fact_key = f.fact_key
  );

-- name: update_changed
update fact f
set record_id = i.record_id, load_id = i.load_id, at = i.at, until = i.until, account = i.account,
    house_key = i.house_key, flat = i.flat, amount = i.amount, title = i.title, status = i.status, data = i.data
from pg_temp.incoming_fact i
where f.source = i.source and f.kind = i.kind and f.fact_key = i.fact_key
  and (f.record_id, f.at, f.until, f.account, f.house_key, f.flat, f.amount, f.title, f.status, f.data)
      is distinct from
      (i.record_id, i.at, i.until, i.account, i.house_key, i.flat, i.amount, i.title, i.status, i.data);

-- name: insert_new
insert into fact (kind, source, fact_key, record_id, load_id, at, until, account, house_key, flat, amount, title, status,
                  data)
select kind, source, fact_key, record_id, load_id, at, until, account, house_key, flat, amount, title, status, data
from pg_temp.incoming_fact
on conflict (source, kind, fact_key) do nothing;

-- name: of_records
select f.fact_id, f.kind, f.source, f.fact_key, f.record_id, f.load_id, f.at, f.until, f.account, f.house_key, f.flat, f.amount,
       f.title, f.status, f.data
from (
    select *, row_number() over (partition by kind order by at desc nulls last, fact_id desc) as place
    from fact
    where record_id = any(%(ids)s::bigint[])
) f
where f.place <= %(limit)s
order by f.at desc nulls last, f.fact_id desc;

-- name: of_accounts
select f.fact_id, f.kind, f.source, f.fact_key, f.record_id, f.load_id, f.at, f.until, f.account, f.house_key, f.flat, f.amount,
       f.title, f.status, f.data
from (
    select *, row_number() over (partition by kind order by at desc nulls last, fact_id desc) as place
    from fact
    where account = any(%(accounts)s::text[])
) f
where f.place <= %(limit)s
order by f.at desc nulls last, f.fact_id desc;

-- name: of_homes
-- Outages of whole houses, and outages and premises of the flats named.
select f.fact_id, f.kind, f.source, f.fact_key, f.record_id, f.load_id, f.at, f.until, f.account, f.house_key, f.flat, f.amount,
       f.title, f.status, f.data
from (
    select *, row_number() over (partition by kind order by at desc nulls last, fact_id desc) as place
    from fact
    where house_key = any(%(house_keys)s::text[]) and kind in ('outage', 'premise')
      and (kind = 'outage' and flat is null
           or (house_key, flat) in (select * from unnest(%(flat_houses)s::text[], %(flats)s::text[])))
) f
where f.place <= %(limit)s
order by f.at desc nulls last, f.fact_id desc;

-- name: of_party
select f.fact_id, f.kind, f.source, f.fact_key, f.record_id, f.load_id, f.at, f.until, f.account, f.house_key, f.flat, f.amount,
       f.title, f.status, f.data
from (
    select *, row_number() over (partition by kind order by at desc nulls last, fact_id desc) as place
    from (  -- two look-ups by index; one "or" would read the whole table
        select * from fact where account = any(%(accounts)s::text[])
        union all
        select f.*
        from node n join source_record r on r.node_id = n.node_id join fact f on f.record_id = r.record_id
        where n.party_id = %(party_id)s and (f.account is null or f.account <> all(%(accounts)s::text[]))
    ) held
) f
where f.place <= %(limit)s
order by f.at desc nulls last, f.fact_id desc;

-- name: count
select kind, count(*) from fact group by kind order by kind;

-- name: serials
-- A meter that has no serial number of its own is known by its key in the source.
-- By account first, whatever the planner believes of kinds.
with of_accounts as materialized (
    select account, kind, data, fact_key from fact where account = any(%(accounts)s::text[])
)
select account, array_agg(distinct coalesce(data->>'serial', fact_key)) from of_accounts where kind = 'meter'
group by account;

-- name: all_serials
select distinct account, coalesce(data->>'serial', fact_key)
from fact
where kind = 'meter' and account is not null

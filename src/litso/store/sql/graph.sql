-- name: expect
-- Remember that the place of parties in the graph is to be worked out anew. A row that is there is locked: whoever works
-- the graph out leaves it until this transaction has ended.
insert into graph_pending (party_id) select distinct unnest(%(ids)s::uuid[]) order by 1
on conflict (party_id) do update set party_id = excluded.party_id;

-- name: take_pending
delete from graph_pending
where party_id in (
    select party_id from graph_pending order by party_id = any(%(first)s::uuid[]) desc limit %(most)s
    for update skip locked
)
returning party_id::text;

-- name: count_pending
select count(*), coalesce(bool_or(party_id = %(everything)s::uuid), false) from graph_pending;

-- name: clear_pending
delete from graph_pending;

-- name: statements
-- What records say now, what they said before under another party or of other accounts, and what deleted ones said.
select n.party_id, r.record_id, coalesce(r.updated_at, r.received_at)::timestamp, null::timestamp, r.house_key, r.flat,
       array_to_string(r.accounts, chr(31)), array_to_string(r.phones || r.emails, chr(31)), r.surname
from node n join source_record r on r.node_id = n.node_id
where %(ids)s::uuid[] is null or n.party_id = any(%(ids)s::uuid[])
union all
select v.party_id, v.record_id, coalesce(v.updated_at, v.valid_from)::timestamp, v.valid_to::timestamp, v.house_key,
       v.flat, array_to_string(v.accounts, chr(31)), '', null
from source_record_version v
join source_record r using (record_id)
left join crosswalk c on c.record_id = v.record_id and c.until is null
where (%(ids)s::uuid[] is null or v.party_id = any(%(ids)s::uuid[])) and v.party_id is not null
  and (v.party_id is distinct from c.party_id or v.accounts <> r.accounts)
union all
select c.party_id, r.record_id, coalesce(r.updated_at, r.received_at)::timestamp, r.deleted_at::timestamp, r.house_key,
       r.flat, array_to_string(r.accounts, chr(31)), '', null
from crosswalk c join source_record r using (record_id)
where (%(ids)s::uuid[] is null or c.party_id = any(%(ids)s::uuid[])) and r.deleted_at is not null
  and c.until >= r.deleted_at

-- name: books
-- Facts that say what a record is to an account.
select f.record_id, f.kind, f.account, case when f.kind in ('account', 'agreement') then f.at end::timestamp,
       case when f.kind in ('account', 'agreement') then f.until end::timestamp, f.status
from fact f
where f.kind = any(%(kinds)s::text[]) and f.record_id is not null
  and (%(ids)s::bigint[] is null or f.record_id = any(%(ids)s::bigint[]))

-- name: houses_with_flats
-- By the register of premises; houses that it does not have, by the books, where a flat may be a typing error.
select house_key from fact
where kind in ('account', 'premise') and house_key is not null
  and (%(keys)s::text[] is null or house_key = any(%(keys)s::text[]))
group by house_key
having coalesce(bool_or(flat is not null) filter (where kind = 'premise'), bool_or(flat is not null))

-- name: houses
-- Houses of the register of premises; where there is none, those in which the books have an account, typing errors and all.
select distinct house_key from fact
where (kind = 'premise' or kind = 'account' and not exists (
           select from fact where kind = 'premise' and house_key is not null))
  and house_key is not null
  and (%(keys)s::text[] is null or house_key = any(%(keys)s::text[]))

-- name: stated
-- Roles that registers state by name at houses.
select coalesce(data->>'role', 'owner'), data->>'name', account, house_key, flat, at::date, until::date
from fact
where kind = 'role' and house_key is not null and data->>'name' is not null
  and (%(keys)s::text[] is null or house_key = any(%(keys)s::text[]))

-- name: people
select party_id, kind = 'person', golden_values->>'surname', golden_values->>'given_name', golden_values->>'patronymic'
from golden where %(ids)s::uuid[] is null or party_id = any(%(ids)s::uuid[])

-- name: read_ties
select party_id, what, account, place, contact, first_at::timestamp, last_at::timestamp, begins::timestamp,
       ends::timestamp, times, array_to_string(records, chr(31))
from tie where %(ids)s::uuid[] is null or party_id = any(%(ids)s::uuid[])

-- name: forget_ties
delete from tie where party_id = any(%(ids)s::uuid[]);

-- name: neighbours
-- Parties tied to the accounts, premises and contacts of these; what too many share leads nowhere.
with own as (
    select distinct account, place, contact from tie where party_id = any(%(ids)s::uuid[])
), near as (
    select n.party_id
    from (select distinct account from own where account is not null) o
    cross join lateral (select party_id from tie t where t.account = o.account limit %(most)s) n
    union
    select n.party_id
    from (select distinct place from own where place is not null) o
    cross join lateral (select party_id from tie t where t.place = o.place limit %(most)s) n
    union
    select n.party_id
    from (select distinct contact from own where contact is not null) o
    cross join lateral (select party_id from tie t where t.contact = o.contact limit %(most)s) n
    union
    select unnest(%(ids)s::uuid[])
)
select party_id::text from near;

-- name: forget_roles
delete from role where party_id = any(%(ids)s::uuid[]);

-- name: forget_members
delete from household_member where party_id = any(%(ids)s::uuid[]);

-- name: roles_of_party
select party_id::text, role, account, place, since, until, seen_from, reason, records
from role where party_id = %(party_id)s order by (until is null) desc, account nulls last, role;

-- name: roles_of_account
select party_id::text, role, account, place, since, until, seen_from, reason, records
from role where account = any(%(accounts)s::text[]) order by (until is null) desc, role, party_id;

-- name: roles_of_place
select party_id::text, role, account, place, since, until, seen_from, reason, records
from role where place = %(place)s order by (until is null) desc, role, party_id;

-- name: household_of
select m.party_id::text, m.household_id::text, m.place, m.reasons
from household_member m
where m.household_id = (select household_id from household_member where party_id = %(party_id)s)
order by m.party_id;

-- name: households_at
select party_id::text, household_id::text, place, reasons
from household_member where place = %(place)s order by household_id, party_id;

-- name: count
select (select count(*) from tie) as ties, (select count(*) from role) as roles,
       (select count(distinct household_id) from household_member) as households,
       (select count(*) from household_member) as members, (select count(*) from graph_pending) as pending;

-- name: debts
-- Accounts in debt with those who own them today, the largest debt first.
select f.fact_id, f.account, f.amount, f.house_key || '#' || coalesce(f.flat, '') as place, o.party_id::text, o.since,
       coalesce(g.kind, 'person') as kind, coalesce(g.name, '') as name, coalesce(g.golden_values, '{}') as golden_values
from fact f
left join lateral (
    select min(account) as account from account_alias where alias = f.account having count(distinct account) = 1
) a on true
left join lateral (
    select distinct on (party_id) party_id, since from role
    where role.account = coalesce(a.account, f.account) and role.role = 'owner' and (role.until is null or role.until > %(day)s)
      and (role.since is null or role.since <= %(day)s)
) o on true
left join golden g on g.party_id = o.party_id
where f.kind = 'account' and f.amount > 0 and f.amount >= %(least)s and f.account is not null
  and (%(amount)s::numeric is null or f.amount <= %(amount)s::numeric)
  and (%(amount)s::numeric is null or f.amount < %(amount)s::numeric
       or (f.fact_id, coalesce(o.party_id::text, '')) > (%(fact_id)s::bigint, %(party)s::text))
  and (%(lacks)s::text is null
       or (%(lacks)s = 'debtor') = (o.party_id is null)
          and (o.party_id is null or g.kind = %(kind)s and not (g.golden_values ?| %(any_of)s::text[])))
order by f.amount desc, f.fact_id, coalesce(o.party_id::text, '')
limit %(limit)s;

-- name: stated_numbers
-- State numbers that the books give accounts.
select distinct account, source, unnest(array[data->>'els', data->>'izhku']) as given
from fact
where kind in ('account', 'agreement') and account is not null and (data ? 'els' or data ? 'izhku')
  and (%(ids)s::bigint[] is null or record_id = any(%(ids)s::bigint[]))

-- name: forget_aliases
delete from account_alias where account = any(%(accounts)s::text[]);

-- name: empty_aliases
delete from account_alias;

-- name: add_aliases
insert into account_alias (alias, account, source)
select * from unnest(%(aliases)s::text[], %(accounts)s::text[], %(sources)s::text[])
on conflict do nothing;

-- name: meant
-- Of numbers, those that are another name of one account.
select alias, min(account) from account_alias
where %(numbers)s::text[] is null or alias = any(%(numbers)s::text[])
group by alias having count(distinct account) = 1

-- name: numbers
-- Numbers of an account with the source that says so and the other accounts that have the number too.
select a.alias, a.source,
       coalesce((select array_agg(distinct b.account order by b.account) from account_alias b
                 where b.alias = a.alias and b.account <> a.account), '{}') as others
from account_alias a where a.account = %(account)s order by a.alias, a.source;

-- name: stated_of_party
-- What the records of a party say of persons by name: its directors, its owners.
select f.data->>'name' as name, coalesce(f.data->>'role', 'owner') as role, f.title, f.at::date as since,
       f.until::date as until, f.source, f.fact_key
from node n join source_record r on r.node_id = n.node_id join fact f on f.record_id = r.record_id
where n.party_id = %(party_id)s and f.kind = 'role' and f.data->>'name' is not null
order by f.until desc nulls first, f.fact_id;

-- name: headed_by
-- Organizations whose records name a person.
select distinct g.party_id::text, g.name, coalesce(f.data->>'role', 'owner') as role, f.title
from fact f join source_record r on r.record_id = f.record_id join node n on n.node_id = r.node_id
join golden g on g.party_id = n.party_id
where f.kind = 'role' and lower(f.data->>'name') = lower(%(name)s) and g.kind = 'organization'
order by 2, 1;

-- name: named
select party_id::text, name, kind, golden_values
from golden where search @@ %(query)s::tsquery and kind = %(kind)s order by party_id limit %(limit)s;

-- name: lines
-- Houses as people write them.
select key, line from address_line where key = any(%(keys)s::text[]) and is_house;

-- name: sources_of
select record_id, source, source_id from source_record where record_id = any(%(ids)s::bigint[]);

-- name: any_of_source
select exists (select from source_record where source = %(source)s);

-- name: drop_incoming_key
drop table if exists pg_temp.incoming_key;

-- name: create_incoming_key
create temporary table incoming_key ("row" bigint, source_id text, content_hash bigint) on commit drop;

-- name: analyze_incoming_key
analyze pg_temp.incoming_key;

-- name: diff
select i."row",
       case when r.record_id is null then 'inserted'
            when r.deleted_at is not null then 'returned'
            when r.content_hash <> i.content_hash then 'changed'
            else 'unchanged' end,
       r.record_id, r.node_id
from pg_temp.incoming_key i
left join source_record r on r.source = %(source)s and r.source_id = i.source_id
order by i."row"

-- name: missing
select r.record_id
from source_record r
where r.source = %(source)s and r.deleted_at is null
  and not exists (select from pg_temp.incoming_key i where i.source_id = r.source_id)
order by r.record_id

-- name: gone
select r.record_id
from source_record r join unnest(%(gone)s::text[]) g (source_id) using (source_id)
where r.source = %(source)s and r.deleted_at is null
  and not exists (select from pg_temp.incoming_key i where i.source_id = r.source_id)
order by r.record_id

-- name: drop_incoming_record
drop table if exists pg_temp.incoming_record;

-- name: create_incoming_record
create temporary table incoming_record (like source_record including defaults) on commit drop;

-- name: keep_versions
insert into source_record_version (record_id, version, load_id, payload, updated_at, valid_from, valid_to, party_id,
                                   house_key, flat, accounts)
select r.record_id, r.version, r.load_id, r.payload, r.updated_at, r.received_at, coalesce(r.deleted_at, now()),
       c.party_id, r.house_key, r.flat, r.accounts
from source_record r join pg_temp.incoming_record i using (record_id)
left join crosswalk c on c.record_id = r.record_id and c.until is null
where r.payload <> i.payload or r.deleted_at is not null;

-- name: update_changed
update source_record r
set version = r.version + (r.payload <> i.payload or r.deleted_at is not null)::integer,
    received_at = case when r.payload <> i.payload or r.deleted_at is not null then now() else r.received_at end,
    deleted_at = null,
    load_id = i.load_id, content_hash = i.content_hash, payload = i.payload, updated_at = i.updated_at, node_id =
    i.node_id, kind = i.kind, full_name = i.full_name, surname = i.surname, given_name = i.given_name, patronymic
    = i.patronymic, gender = i.gender, address = i.address, postal_code = i.postal_code, region = i.region, city =
    i.city, street = i.street, house = i.house, block = i.block, flat = i.flat, house_key = i.house_key, snils =
    i.snils, inn = i.inn, ogrn = i.ogrn, kpp = i.kpp, passport = i.passport, national_id = i.national_id, opf =
    i.opf, company = i.company, birth_date = i.birth_date, phones = i.phones, emails = i.emails, accounts =
    i.accounts, problems = i.problems, qc_name = i.qc_name, qc_birth_date = i.qc_birth_date, qc_phone =
    i.qc_phone, qc_email = i.qc_email, qc_address = i.qc_address, qc_snils = i.qc_snils, qc_inn = i.qc_inn,
    qc_ogrn = i.qc_ogrn, qc_kpp = i.qc_kpp, qc_passport = i.qc_passport, qc_account = i.qc_account, custom =
    i.custom
from pg_temp.incoming_record i
where i.record_id = r.record_id;

-- name: delete
update source_record set deleted_at = now(), node_id = null, load_id = %(load_id)s
where record_id = any(%(ids)s) and deleted_at is null;

-- name: move_to_nodes
update source_record r set node_id = m.node_id
from unnest(%(records)s::bigint[], %(nodes)s::bigint[]) m (record_id, node_id)
where r.record_id = m.record_id and r.node_id is distinct from m.node_id;

-- name: from_live
from source_record
where node_id is not null and (%(node_ids)s::bigint[] is null or node_id = any(%(node_ids)s::bigint[]))

-- name: from_received
from source_record
where source = %(source)s and deleted_at is null and record_id > %(after)s
order by record_id limit %(most)s

-- name: hashes
select record_id, content_hash from source_record where source = %(source)s and deleted_at is null order by record_id

-- name: create_renewed
create temporary table if not exists renewed (record_id bigint, former bigint, content_hash bigint)
on commit drop;

-- name: set_hashes
update source_record r set content_hash = n.content_hash
from pg_temp.renewed n
where n.record_id = r.record_id and r.content_hash = n.former and r.content_hash <> n.content_hash;

-- name: count_behind
-- Records of sources that were last loaded, or standardized anew, before a moment.
select r.source, count(*)
from source_record r join load l using (load_id)
where r.deleted_at is null and l.started_at < %(since)s
  and not exists (
      select from load a
      where a.source = r.source and a.mode = 'renewal' and a.status = 'done' and a.started_at >= %(since)s
  )
group by r.source order by r.source;

-- name: customs
select distinct jsonb_object_keys(custom) from source_record where custom is not null order by 1;

-- name: put
-- Insert records or change them; what they were becomes a version, unless they were only standardized anew.
with given as materialized (
    select * from jsonb_populate_recordset(null::source_record, %(rows)s::jsonb)
), kept as (
    insert into source_record_version (record_id, version, load_id, payload, updated_at, valid_from, valid_to,
                                       party_id, house_key, flat, accounts)
    select r.record_id, r.version, r.load_id, r.payload, r.updated_at, r.received_at, coalesce(r.deleted_at, now()),
           (select c.party_id from crosswalk c where c.record_id = r.record_id and c.until is null),
           r.house_key, r.flat, r.accounts
    from given g join source_record r on r.source = g.source and r.source_id = g.source_id
    where r.payload <> g.payload or r.deleted_at is not null
)
insert into source_record as r (
    source, source_id, load_id, content_hash, payload, updated_at, node_id, kind, full_name, surname,
    given_name, patronymic, gender, address, postal_code, region, city, street, house, block, flat, house_key,
    snils, inn, ogrn, kpp, passport, national_id, opf, company, birth_date, phones, emails, accounts, problems,
    qc_name, qc_birth_date, qc_phone, qc_email, qc_address, qc_snils, qc_inn, qc_ogrn, qc_kpp, qc_passport,
    qc_account, custom
)
select
    source, source_id, load_id, content_hash, payload, updated_at, node_id, kind, full_name, surname,
    given_name, patronymic, gender, address, postal_code, region, city, street, house, block, flat, house_key,
    snils, inn, ogrn, kpp, passport, national_id, opf, company, birth_date, phones, emails, accounts, problems,
    qc_name, qc_birth_date, qc_phone, qc_email, qc_address, qc_snils, qc_inn, qc_ogrn, qc_kpp, qc_passport,
    qc_account, custom
from given
on conflict (source, source_id) do update
set version = r.version + (r.payload <> excluded.payload or r.deleted_at is not null)::integer,
    received_at = case when r.payload <> excluded.payload or r.deleted_at is not null then now() else r.received_at end,
    deleted_at = null,
    load_id = excluded.load_id, content_hash = excluded.content_hash, payload = excluded.payload, updated_at =
    excluded.updated_at, node_id = excluded.node_id, kind = excluded.kind, full_name = excluded.full_name,
    surname = excluded.surname, given_name = excluded.given_name, patronymic = excluded.patronymic, gender =
    excluded.gender, address = excluded.address, postal_code = excluded.postal_code, region = excluded.region,
    city = excluded.city, street = excluded.street, house = excluded.house, block = excluded.block, flat =
    excluded.flat, house_key = excluded.house_key, snils = excluded.snils, inn = excluded.inn, ogrn =
    excluded.ogrn, kpp = excluded.kpp, passport = excluded.passport, national_id = excluded.national_id, opf =
    excluded.opf, company = excluded.company, birth_date = excluded.birth_date, phones = excluded.phones, emails
    = excluded.emails, accounts = excluded.accounts, problems = excluded.problems, qc_name = excluded.qc_name,
    qc_birth_date = excluded.qc_birth_date, qc_phone = excluded.qc_phone, qc_email = excluded.qc_email,
    qc_address = excluded.qc_address, qc_snils = excluded.qc_snils, qc_inn = excluded.qc_inn, qc_ogrn =
    excluded.qc_ogrn, qc_kpp = excluded.qc_kpp, qc_passport = excluded.qc_passport, qc_account =
    excluded.qc_account, custom = excluded.custom
returning source, source_id, record_id;

-- name: of_party
select r.record_id, r.source, r.source_id, r.version, r.load_id, r.payload, r.updated_at, r.received_at, r.deleted_at,
       r.node_id, n.party_id::text, r.kind, to_jsonb(r) - 'payload' as standard
from node n join source_record r on r.node_id = n.node_id
where n.party_id = %(party_id)s
order by r.source, r.source_id;

-- name: members
select n.party_id::text, r.source, r.source_id, r.updated_at, r.kind, r.full_name, r.surname, r.given_name,
       r.patronymic, r.gender, r.address, r.postal_code, r.region, r.city, r.street, r.house, r.block, r.flat,
       r.house_key, r.snils, r.inn, r.ogrn, r.kpp, r.passport, r.national_id, r.opf, r.company, r.birth_date, r.phones,
       r.emails, r.accounts, r.problems, r.qc_name, r.qc_birth_date, r.qc_phone, r.qc_email, r.qc_address, r.qc_snils,
       r.qc_inn, r.qc_ogrn, r.qc_kpp, r.qc_passport, r.qc_account, r.custom
from node n join source_record r on r.node_id = n.node_id
where n.party_id = any(%(ids)s::uuid[]);

-- name: by_keys
select r.record_id, r.source, r.source_id, r.version, r.load_id, r.payload, r.updated_at, r.received_at, r.deleted_at,
       r.node_id, n.party_id::text, r.kind, to_jsonb(r) - 'payload' as standard
from unnest(%(sources)s::text[], %(ids)s::text[]) k (source, source_id)
join source_record r on r.source = k.source and r.source_id = k.source_id
left join node n on n.node_id = r.node_id;

-- name: versions
select version, load_id, payload, updated_at, valid_from, valid_to
from source_record_version where record_id = %(record_id)s order by version desc;

-- name: count_up_to
select count(*) from (select from source_record where deleted_at is null limit %(most)s) r;

-- name: nodes_of
select record_id, node_id from source_record where record_id = any(%(ids)s::bigint[]) and node_id is not null;

-- name: count_live
select count(*) from source_record where source = %(source)s and deleted_at is null;

-- name: representatives
-- Any record of each node: all of a node are equal in what counts.
select n.node_id, replace(n.fingerprint::text, '-', '') as fingerprint, r.*
from node n
cross join lateral (
    select kind, full_name, surname, given_name, patronymic, gender, postal_code, region, city, street, house, block,
           flat, house_key, snils, inn, ogrn, kpp, passport, national_id, opf, company, birth_date, phones, emails,
           accounts, custom
    from source_record where source_record.node_id = n.node_id limit 1
) r
where n.node_id = any(%(nodes)s::bigint[]);

-- name: belongings
-- Live records of nodes with the party each belonged to last, and the one that evidence alone had given it.
select r.record_id, r.node_id, r.source, r.source_id, c.party_id::text, coalesce(h.party_id, c.party_id)::text as home_id
from source_record r
left join crosswalk c on c.record_id = r.record_id and c.until is null
left join home h on h.record_id = r.record_id and c.party_id is not null
where r.node_id = any(%(nodes)s::bigint[])
order by r.record_id;

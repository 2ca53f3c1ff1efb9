-- name: add
-- The same statement again changes nothing.
insert into consent (source, source_id, contact, purpose, legal_entity, channel, state, said_at, until, form,
                     text_version, evidence, author)
select g.source, g.source_id, g.contact, g.purpose, g.legal_entity, g.channel, g.state, g.said_at, g.until, g.form,
       g.text_version, g.evidence, %(author)s
from unnest(%(source)s::text[], %(source_id)s::text[], %(contact)s::text[], %(purpose)s::text[],
            %(legal_entity)s::text[], %(channel)s::text[], %(state)s::text[], %(said_at)s::timestamptz[],
            %(until)s::timestamptz[], %(form)s::text[], %(text_version)s::text[], %(evidence)s::text[])
    with ordinality g (source, source_id, contact, purpose, legal_entity, channel, state, said_at, until, form,
                       text_version, evidence, place)
order by g.place
on conflict do nothing
returning consent_id;

-- name: any
select exists (select from consent);

-- name: same
select * from consent
where (source, source_id, contact, purpose, legal_entity, channel, state)
    = (%(source)s, %(source_id)s, %(contact)s, %(purpose)s, %(legal_entity)s, %(channel)s, %(state)s)
  and said_at is not distinct from %(said_at)s and until is not distinct from %(until)s and undone_at is null;

-- name: told
-- Statements as the change feed tells of them, where their record belongs to a party.
select 'consent.' || case when undone_at is null then state else 'undone' end, n.party_id::text,
       jsonb_build_object('purpose', c.purpose, 'channel', c.channel)
from consent c
join source_record r on r.source = c.source and r.source_id = c.source_id
join node n on n.node_id = r.node_id
where c.consent_id = any(%(consents)s::bigint[])
order by c.consent_id;

-- name: undo
update consent set undone_by = %(author)s, undone_at = now() where consent_id = %(consent_id)s and undone_at is null;

-- name: get
select * from consent where consent_id = %(consent_id)s;

-- name: held
-- Statements that count and the party that holds each, as `held` of pins.
with recursive past (former, party_id) as (
    select i, i from unnest(%(parties)s::uuid[]) i
    union
    select p.party_id, past.party_id from past join party p on p.redirect_to = past.former
), candidate as (
    select c.consent_id, r.record_id
    from past join crosswalk x on x.party_id = past.former join source_record r using (record_id)
    join consent c on c.source = r.source and c.source_id = r.source_id and c.undone_at is null
    union
    select c.consent_id, r.record_id
    from consent c join source_record r using (source, source_id)
    where %(parties)s::uuid[] is null and c.undone_at is null
), present as (
    select c.consent_id, coalesce(
        (select party_id from crosswalk where record_id = c.record_id and until is null),
        (select party_id from crosswalk where record_id = c.record_id and until is not null order by until desc limit 1)
    ) as party_id
    from candidate c
    union
    select present.consent_id, t.redirect_to
    from present join party t using (party_id) where t.redirect_to is not null
)
select c.*, present.party_id::text
from present join party t using (party_id) join consent c using (consent_id)
where t.redirect_to is null and (%(parties)s::uuid[] is null or present.party_id = any(%(parties)s::uuid[]))
order by c.consent_id;

-- name: facts_of_loads
-- What facts of consent say that loads brought.
select f.fact_id, f.load_id, f.source, r.source_id, f.at, f.until, f.status, f.data, r.payload
from fact f join source_record r using (record_id)
where f.load_id = any(%(loads)s::bigint[]) and f.kind = 'consent' and f.fact_id > %(after)s
order by f.fact_id limit %(limit)s;

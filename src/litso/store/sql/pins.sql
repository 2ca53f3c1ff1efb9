-- name: add
insert into pin (source, source_id, attribute, value, parts, author, reason, until, operation_id)
values (%(source)s, %(source_id)s, %(attribute)s, %(value)s, %(parts)s, %(author)s, %(reason)s, %(until)s, %(operation)s)
returning pin_id;

-- name: supersede
update pin set undone_by = %(author)s, undone_at = now(), superseded_by = %(pin_id)s
where source = %(source)s and source_id = %(source_id)s and attribute = %(attribute)s and undone_at is null
  and pin_id <> %(pin_id)s;

-- name: revive
-- Pins whose place the undone ones had taken count again, unless their end has come.
update pin set undone_by = null, undone_at = null, superseded_by = null
where superseded_by = any(%(pins)s::bigint[]) and (until is null or until > now())
returning pin_id;

-- name: of_operation
select * from pin where operation_id = %(operation)s order by pin_id;

-- name: undo
update pin set undone_by = %(author)s, undone_at = now()
where pin_id = any(%(pins)s::bigint[]) and undone_at is null;

-- name: get
select * from pin where pin_id = %(pin_id)s;

-- name: any_active
select exists (select from pin where undone_at is null);

-- name: held
-- Active pins and the party that holds each: where its record is, or was when its source deleted it, redirects
-- followed. Of some parties, or of all.
with recursive past (former, party_id) as (
    select i, i from unnest(%(parties)s::uuid[]) i
    union
    select p.party_id, past.party_id from past join party p on p.redirect_to = past.former
), candidate as (
    select p.pin_id, r.record_id
    from past join crosswalk c on c.party_id = past.former join source_record r using (record_id)
    join pin p on p.source = r.source and p.source_id = r.source_id and p.undone_at is null
    union
    select p.pin_id, r.record_id
    from pin p join source_record r using (source, source_id)
    where %(parties)s::uuid[] is null and p.undone_at is null
), present as (
    select c.pin_id, coalesce(
        (select party_id from crosswalk where record_id = c.record_id and until is null),
        (select party_id from crosswalk where record_id = c.record_id and until is not null order by until desc limit 1)
    ) as party_id
    from candidate c
    union
    select present.pin_id, t.redirect_to from present join party t using (party_id) where t.redirect_to is not null
)
select p.*, present.party_id::text
from present join party t using (party_id) join pin p using (pin_id)
where t.redirect_to is null and (%(parties)s::uuid[] is null or present.party_id = any(%(parties)s::uuid[]))
order by p.pin_id;

-- name: ended
select pin_id from pin where undone_at is null and until <= now() order by pin_id;

-- name: lists
select list, encode(file_sha256, 'hex') as file_sha256, version, published, entries, rules, screened_at
from check_list order by list;

-- name: keep_list
insert into check_list (list, file_sha256, version, published, entries, rules)
values (%(list)s, %(file_sha256)s, %(version)s, %(published)s, %(entries)s, %(rules)s)
on conflict (list) do update
set file_sha256 = excluded.file_sha256, version = excluded.version, published = excluded.published,
    entries = excluded.entries, rules = excluded.rules, screened_at = now();

-- name: base
select change_id from check_base;

-- name: move_base
insert into check_base (change_id) values (%(change_id)s)
on conflict (is_only) do update set change_id = excluded.change_id;

-- name: clear_fresh
delete from check_fresh;

-- name: keep_fresh
insert into check_fresh (party_id, change_id)
select id, %(change_id)s from unnest(%(ids)s::uuid[]) id
on conflict (party_id) do update set change_id = excluded.change_id;

-- name: changed
-- Parties that something happened to since all were screened.
select distinct party_id::text from change where change_id > %(base)s;

-- name: count_events
select count(*) from (select from change where change_id > %(base)s limit %(most)s) one;

-- name: pending
-- Parties that changed since they were screened, those asked for first.
select c.party_id::text
from change c left join check_fresh f using (party_id)
where c.change_id > %(base)s and c.change_id > coalesce(f.change_id, 0)
group by c.party_id
order by c.party_id = any(%(first)s::uuid[]) desc, c.party_id
limit %(most)s;

-- name: pending_of
select c.party_id::text
from change c left join check_fresh f using (party_id)
where c.party_id = any(%(ids)s::uuid[]) and c.change_id > %(base)s and c.change_id > coalesce(f.change_id, 0)
group by c.party_id;

-- name: subjects
-- What of golden records is held against lists.
select party_id::text, version, kind, golden_values->>'full_name', golden_values->>'company',
       (golden_values->>'birth_date')::date, golden_values->>'inn', golden_values->>'ogrn', golden_values->>'snils',
       golden_values->>'passport'
from golden where %(ids)s::uuid[] is null or party_id = any(%(ids)s::uuid[])

-- name: officers
-- Directors and owners whom the records of organizations name.
select n.party_id::text, f.data->>'name' as name, coalesce(f.data->>'role', 'owner') as role,
       coalesce(f.data->>'inn', '') as inn
from fact f join source_record r on r.record_id = f.record_id join node n on n.node_id = r.node_id
join golden g on g.party_id = n.party_id
where f.kind = 'role' and f.data->>'name' is not null and g.kind = 'organization'
  and (f.until is null or f.until > now())
  and (%(ids)s::uuid[] is null or n.party_id = any(%(ids)s::uuid[]))
group by 1, 2, 3, 4

-- name: screened_officers
select party_id::text, name, role, inn from check_officer
where %(ids)s::uuid[] is null or party_id = any(%(ids)s::uuid[]);

-- name: forget_officers
delete from check_officer where %(ids)s::uuid[] is null or party_id = any(%(ids)s::uuid[]);

-- name: standing
-- Present matches of parties, or of entries of a list, or all.
select match_id, party_id::text, list, entry_id, subject, grade, agrees, differs, version, edition, found_at
from check_match
where gone_at is null
  and (%(is_all)s or party_id = any(%(ids)s::uuid[]) or list = any(%(lists)s::text[])
       or (list, entry_id) in (select * from unnest(%(entry_lists)s::text[], %(entry_ids)s::bigint[])));

-- name: end_matches
update check_match m set gone_at = now(), gone_why = e.why
from unnest(%(ids)s::bigint[], %(why)s::text[]) e (match_id, why)
where m.match_id = e.match_id and m.gone_at is null;

-- name: keep_entries
insert into check_entry (list, entry_id, content)
select * from unnest(%(lists)s::text[], %(ids)s::bigint[], %(contents)s::jsonb[])
on conflict (list, entry_id) do update set content = excluded.content where check_entry.content <> excluded.content;

-- name: known_entries
select list, entry_id from check_entry
where (list, entry_id) in (select * from unnest(%(lists)s::text[], %(ids)s::bigint[]));

-- name: of_party
-- Matches of a party, present ones first, with what the list says and what was decided, also of those merged into it.
select m.match_id, m.party_id::text, m.list, m.entry_id, m.subject, m.grade, m.agrees, m.differs, m.version, m.edition,
       m.found_at, m.gone_at, m.gone_why, e.content, d.verdict, d.grade as decided_grade, d.reason, d.author,
       d.decided_at
from check_match m
join check_entry e using (list, entry_id)
left join check_decided d using (party_id, list, entry_id, subject)
where m.party_id = %(party_id)s and (m.gone_at is null or %(with_gone)s)
order by m.gone_at is not null, m.match_id desc;

-- name: listed
-- Present matches of all parties, the newest first.
select m.match_id, m.party_id::text, m.list, m.entry_id, m.subject, m.grade, m.agrees, m.differs, m.version, m.edition,
       m.found_at, m.gone_at, m.gone_why, e.content, d.verdict, d.grade as decided_grade, d.reason, d.author,
       d.decided_at
from check_match m
join check_entry e using (list, entry_id)
left join check_decided d using (party_id, list, entry_id, subject)
where m.gone_at is null
  and (%(list)s::text is null or m.list = %(list)s)
  and (%(before)s::bigint is null or m.match_id < %(before)s)
  and (%(grades)s::text[] is null or m.grade = any(%(grades)s::text[]))
  and (%(is_open)s::boolean is null or %(is_open)s = (d.verdict is null or d.verdict = 'open'
       or array_position(%(order)s::text[], m.grade) < array_position(%(order)s::text[], d.grade)))
order by m.match_id desc limit %(limit)s;

-- name: get
select match_id, party_id::text, list, entry_id, subject, grade from check_match
where match_id = %(match_id)s and gone_at is null;

-- name: decide
insert into check_decision (party_id, list, entry_id, subject, verdict, grade, reason, author)
values (%(party_id)s, %(list)s, %(entry_id)s, %(subject)s, %(verdict)s, %(grade)s, %(reason)s, %(author)s)
returning decision_id;

-- name: log_run
insert into check_run (started_by, lists, parties, found, gone)
values (%(started_by)s, %(lists)s, %(parties)s, %(found)s, %(gone)s);

-- name: count
select list, grade, count(*) from check_match where gone_at is null group by list, grade;

-- name: count_pending
select count(distinct c.party_id)
from change c left join check_fresh f using (party_id)
where c.change_id > %(base)s and c.change_id > coalesce(f.change_id, 0);

-- name: sharing_contact
-- How many other parties have each of some contacts.
select c.contact, count(distinct t.party_id)
from unnest(%(contacts)s::text[]) c (contact)
cross join lateral (select party_id from tie where contact = c.contact and party_id <> %(party_id)s limit 1000) t
group by c.contact;

-- name: persons_at
-- How many other persons live where a party does.
select count(distinct m.party_id)
from household_member m
where m.place in (select place from tie where party_id = %(party_id)s and place is not null)
  and m.party_id <> %(party_id)s;

-- name: companies_at
-- How many other organizations are where a party is.
select count(distinct t.party_id)
from (select distinct place from tie where party_id = %(party_id)s and place is not null) p
cross join lateral (select party_id from tie where place = p.place limit 1000) t
join golden g using (party_id)
where g.kind = 'organization' and t.party_id <> %(party_id)s;

-- name: headed
-- How many other organizations name each of some persons as a director.
select d.name, count(distinct n.party_id)
from unnest(%(names)s::text[]) d (name)
join fact f on lower(f.data->>'name') = lower(d.name) and f.kind = 'role' and f.data->>'role' = 'director'
join source_record r on r.record_id = f.record_id join node n on n.node_id = r.node_id
where n.party_id <> %(party_id)s and (f.until is null or f.until > now())
group by d.name;

-- name: debts_of
select count(distinct account) from fact
where kind = 'account' and account = any(%(accounts)s::text[]) and amount > 0;

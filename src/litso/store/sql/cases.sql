-- name: expect
-- Remember parties whose cases are to be derived anew. The row is locked: who takes it waits for this transaction.
insert into case_pending (party_id) select distinct unnest(%(ids)s::uuid[]) order by 1
on conflict (party_id) do update set since = excluded.since;

-- name: count_pending
select count(*), coalesce(bool_or(party_id = %(everything)s::uuid), false) from case_pending;

-- name: take_pending
delete from case_pending
where party_id in (select party_id from case_pending order by party_id limit %(most)s for update)
returning party_id::text;

-- name: take_everything
delete from case_pending;

-- name: count_parties
select count(*) from party where redirect_to is null;

-- name: parted
-- Parties with a link to another one above a weight.
select distinct unnest(array[a.party_id, b.party_id])::text
from link l join node a on a.node_id = l.node_a join node b on b.node_id = l.node_b
where l.weight > %(weight)s and a.party_id <> b.party_id;

-- name: pairs
-- The strongest link of each pair of parties of which one is asked for, with the first record of each of its nodes.
-- `offset 0`: without it a planner that knows little of the tables yet goes through all records in their order instead.
with own as (
    select node_id, party_id from node where party_id = any(%(ids)s::uuid[])
), far as (
    select o.party_id as party, o.node_id as node, l.node_b as other, l.weight, l.levels
    from own o join link l on l.node_a = o.node_id
    union all
    select o.party_id, o.node_id, l.node_a, l.weight, l.levels from own o join link l on l.node_b = o.node_id
), apart as (
    select f.party, m.party_id as other_party, f.node, f.other, f.weight, f.levels
    from far f join node m on m.node_id = f.other where m.party_id <> f.party
), best as (
    select distinct least(party, other_party) as one, greatest(party, other_party) as two,
           least(node, other) as a, greatest(node, other) as b, weight, levels,
           max(weight) over (partition by least(party, other_party), greatest(party, other_party)) as most
    from apart
)
select distinct on (one, two) one::text, two::text, weight, encode(levels, 'hex') as levels,
       l.source as left_source, l.source_id as left_id, r.source as right_source, r.source_id as right_id
from best
cross join lateral (
    select * from (select source, source_id from source_record where node_id = a offset 0) n
    order by source collate "C", source_id collate "C" limit 1
) l
cross join lateral (
    select * from (select source, source_id from source_record where node_id = b offset 0) n
    order by source collate "C", source_id collate "C" limit 1
) r
where weight = most
order by one, two, least((l.source collate "C", l.source_id collate "C"), (r.source collate "C", r.source_id collate "C")),
         greatest((l.source collate "C", l.source_id collate "C"), (r.source collate "C", r.source_id collate "C"));

-- name: judged_between
-- Pairs of these parties between whose records there is a judgement that counts.
with own as (
    select r.source, r.source_id, n.party_id
    from node n join source_record r on r.node_id = n.node_id where n.party_id = any(%(ids)s::uuid[])
)
select distinct least(l.party_id, r.party_id)::text, greatest(l.party_id, r.party_id)::text
from own l
join judgement j on (j.left_source, j.left_id) = (l.source, l.source_id) and j.undone_at is null
join own r on (r.source, r.source_id) = (j.right_source, j.right_id)
where l.party_id <> r.party_id;

-- name: decided_between
-- The last decided case of each pair of these parties.
with own as (
    select r.source, r.source_id, n.party_id
    from node n join source_record r on r.node_id = n.node_id where n.party_id = any(%(ids)s::uuid[])
)
select distinct on (one, two) one::text, two::text, subject, evidence
from (
    select least(l.party_id, r.party_id) as one, greatest(l.party_id, r.party_id) as two, c.subject, c.evidence,
           c.decided_at, c.case_id
    from own l
    join steward_case c on (c.left_source, c.left_id) = (l.source, l.source_id) and c.state in ('decided', 'dismissed')
    left join judgement j using (judgement_id)
    join own r on (r.source, r.source_id) = (c.right_source, c.right_id)
    where c.kind in ('doubt', 'cut') and l.party_id <> r.party_id and j.undone_at is null
) found
order by one, two, decided_at desc, case_id desc;

-- name: suspicious
-- Of parties (or of all), those that may be too many in one, by counts: a wider net than the alarms themselves. Those whose
-- records are all equal in their standard values raise none. Different names are at most as many as nodes.
with own as (
    select party_id, node_id, count(*) over (partition by party_id) as nodes
    from node where %(ids)s::uuid[] is null or party_id = any(%(ids)s::uuid[])
), said as materialized (
    select o.party_id, o.nodes, r.birth_date, r.gender, r.snils, r.inn, r.ogrn, r.passport,
           lower(r.surname) as surname, lower(r.given_name) as given_name, r.phones
    from own o join source_record r on r.node_id = o.node_id
    where o.nodes > 1
)
select party_id::text from said group by party_id
having max(nodes) >= %(nodes)s or min(birth_date) <> max(birth_date)
    or bool_or(gender = 'М') and bool_or(gender = 'Ж')
    or min(snils) <> max(snils) or min(inn) <> max(inn) or min(ogrn) <> max(ogrn) or min(passport) <> max(passport)
union
select party_id::text from (
    select distinct party_id, surname from said where nodes >= %(surnames)s and surname is not null
) one group by party_id having count(*) >= %(surnames)s
union
select party_id::text from (
    select distinct party_id, given_name from said where nodes >= %(given_names)s and given_name is not null
) one group by party_id having count(*) >= %(given_names)s
union
select party_id::text from (
    select distinct party_id, phone from said cross join lateral unnest(phones) phone
) one group by party_id having count(*) >= %(phones)s;

-- name: inner_links
-- Links inside parties (or inside all) that speak for one party.
select a.party_id, l.node_a, l.node_b, l.weight
from node a
join link l on l.node_a = a.node_id and l.weight > %(weight)s
join node b on b.node_id = l.node_b and b.party_id = a.party_id
where %(ids)s::uuid[] is null or a.party_id = any(%(ids)s::uuid[])

-- name: members
select n.party_id::text, n.node_id, r.source, r.source_id, r.kind, r.surname, r.given_name, r.birth_date, r.gender,
       r.snils, r.inn, r.ogrn, r.passport, r.phones, r.qc_birth_date, r.qc_snils, r.qc_inn, r.qc_ogrn, r.qc_passport
from node n join source_record r on r.node_id = n.node_id
where n.party_id = any(%(ids)s::uuid[]);

-- name: links_inside
select a.party_id::text, l.node_a, l.node_b, l.weight, l.levels
from node a join link l on l.node_a = a.node_id join node b on b.node_id = l.node_b and b.party_id = a.party_id
where a.party_id = any(%(ids)s::uuid[])
union all
-- must-links
select l.party_id::text, l.node_id, r.node_id, null::real, ''::bytea
from (
    select n.party_id, n.node_id, s.source, s.source_id
    from node n join source_record s on s.node_id = n.node_id where n.party_id = any(%(ids)s::uuid[])
) l
join judgement j on (j.left_source, j.left_id) = (l.source, l.source_id) and j.undone_at is null and j.verdict = 'same'
join source_record o on (o.source, o.source_id) = (j.right_source, j.right_id)
join node r on r.node_id = o.node_id and r.party_id = l.party_id and r.node_id <> l.node_id;

-- name: stakes
-- What hangs on parties: accounts and their debt, what is known of them, messages sent.
select g.party_id::text, cardinality(a.numbers) as accounts, coalesce(d.debt, 0)::integer as debt,
       coalesce(f.facts, 0)::integer as facts, coalesce(f.messages, 0)::integer as messages, c.consents::integer
from golden g
cross join lateral (
    select coalesce(array_agg(value), '{}') as numbers
    from jsonb_array_elements_text(coalesce(g.golden_values->'accounts', '[]')) value
) a
cross join lateral (
    select count(*) as consents
    from jsonb_array_elements_text(coalesce(g.golden_values->'phones', '[]') || coalesce(g.golden_values->'emails', '[]')) v
    join consent on consent.contact = v and consent.undone_at is null and consent.state = 'given'
) c
left join lateral (
    select sum(amount) as debt from (
        select distinct on (account) amount from fact
        where account = any(a.numbers) and kind = 'account' order by account, fact_id desc
    ) one where amount > 0
) d on true
left join lateral (
    select count(*) as facts, count(*) filter (where kind = 'delivery') as messages
    from fact where account = any(a.numbers)
) f on true
where g.party_id = any(%(ids)s::uuid[]);

-- name: put
-- Add cases or bring them up to date. A decided or dismissed one comes back only with other evidence, an obsolete one
-- whenever there is ground again; verdicts given upon other evidence no longer count.
insert into steward_case as c (subject, kind, parties, left_source, left_id, right_source, right_id, sources, grounds,
                               evidence, stakes, risk, value, priority)
select subject, kind, string_to_array(parties, ' ')::uuid[], left_source, left_id, right_source, right_id,
       string_to_array(sources, chr(31)), grounds, evidence, stakes, risk, value, priority
from jsonb_to_recordset(%(cases)s) i (
    subject text, kind text, parties text, left_source text, left_id text, right_source text, right_id text,
    sources text, grounds jsonb, evidence text, stakes jsonb, risk integer, value integer, priority integer
)
order by subject
on conflict (subject) do update
set kind = excluded.kind, parties = excluded.parties, left_source = excluded.left_source, left_id = excluded.left_id,
    right_source = excluded.right_source, right_id = excluded.right_id, sources = excluded.sources,
    grounds = excluded.grounds, evidence = excluded.evidence, stakes = excluded.stakes, risk = excluded.risk,
    value = excluded.value, priority = excluded.priority,
    state = case when c.evidence <> excluded.evidence or c.state = 'obsolete' then 'open' else c.state end,
    round = c.round + (c.evidence <> excluded.evidence or c.state = 'obsolete')::integer,
    version = c.version + (c.evidence <> excluded.evidence or c.state = 'obsolete'
                           or (c.left_source, c.left_id, c.right_source, c.right_id)
                              <> (excluded.left_source, excluded.left_id, excluded.right_source, excluded.right_id)
                          )::integer,
    outcome = null, judgement_id = null, decided_by = null, decided_at = null
where (c.state not in ('decided', 'dismissed') or c.evidence <> excluded.evidence)
  and (c.state = 'obsolete' or c.evidence <> excluded.evidence
       or (c.kind, c.parties, c.left_source, c.left_id, c.right_source, c.right_id, c.sources, c.grounds, c.stakes)
          <> (excluded.kind, excluded.parties, excluded.left_source, excluded.left_id, excluded.right_source,
              excluded.right_id, excluded.sources, excluded.grounds, excluded.stakes));

-- name: retire
-- Cases whose ground is gone: live ones about these parties that were not derived again.
update steward_case set state = 'obsolete', version = version + 1, claimed_by = null, claimed_until = null
where state in ('open', 'second', 'escalated') and parties && %(ids)s::uuid[] and kind <> 'manual'
  and subject <> all(%(subjects)s::text[]);

-- name: retire_manual
-- Questions put by hand, about records that are gone.
update steward_case c set state = 'obsolete', version = version + 1, claimed_by = null, claimed_until = null
where c.state in ('open', 'second', 'escalated') and c.parties && %(ids)s::uuid[] and c.kind = 'manual'
  and not (exists (select from source_record r where (r.source, r.source_id) = (c.left_source, c.left_id)
                                                 and r.node_id is not null)
           and exists (select from source_record r where (r.source, r.source_id) = (c.right_source, c.right_id)
                                                     and r.node_id is not null));

-- name: follow_manual
-- Questions put by hand go where their records go.
update steward_case c
set parties = array(select distinct n.party_id from source_record r join node n using (node_id)
                    where (r.source, r.source_id) in ((c.left_source, c.left_id), (c.right_source, c.right_id))
                    order by n.party_id)
where c.state in ('open', 'second', 'escalated') and c.parties && %(ids)s::uuid[] and c.kind = 'manual';

-- name: live_parties
select distinct unnest(parties)::text from steward_case where state in ('open', 'second', 'escalated');

-- name: live_after
select case_id, array_to_string(parties, ' ') as parties, risk, stakes from steward_case
where state in ('open', 'second', 'escalated') and case_id > %(after)s order by case_id limit %(limit)s;

-- name: revalue
update steward_case c set stakes = i.stakes, value = i.value, priority = i.priority
from jsonb_to_recordset(%(cases)s) i (case_id bigint, stakes jsonb, value integer, priority integer)
where c.case_id = i.case_id;

-- name: reopen_undone
-- Cases whose judgement was taken back elsewhere have no answer any more.
update steward_case c set state = 'obsolete'
where c.subject = any(%(subjects)s::text[]) and c.state = 'decided'
  and exists (select from judgement j where j.judgement_id = c.judgement_id and j.undone_at is not null);

-- name: get
select *, claimed_until > now() as is_claimed
from steward_case where case_id = %(case_id)s;

-- name: lock
select *, claimed_until > now() as is_claimed
from steward_case where case_id = %(case_id)s for update;

-- name: queue
-- Live cases, the most urgent first, after a place in that order.
select *, claimed_until > now() as is_claimed
from steward_case
where state in ('open', 'second', 'escalated')
  and priority <= %(priority)s and (priority < %(priority)s or case_id > %(case_id)s)
  and (%(kind)s::text is null or kind = %(kind)s)
  and (%(source)s::text is null or %(source)s = any(sources))
  and (%(state)s::text is null or state = %(state)s)
  and value >= %(value)s
  and (not %(is_mine)s or claimed_by = %(actor)s and claimed_until > now())
order by priority desc, case_id limit %(limit)s;

-- name: neighbours
select (select case_id from steward_case
        where state in ('open', 'second', 'escalated')
          and priority >= %(priority)s and (priority > %(priority)s or case_id < %(case_id)s)
        order by priority, case_id desc limit 1),
       (select case_id from steward_case
        where state in ('open', 'second', 'escalated')
          and priority <= %(priority)s and (priority < %(priority)s or case_id > %(case_id)s)
        order by priority desc, case_id limit 1);

-- name: closed
-- Cases that wait for nobody, the latest first.
select *, claimed_until > now() as is_claimed
from steward_case
where state = %(state)s and case_id < %(case_id)s
  and (%(kind)s::text is null or kind = %(kind)s)
  and (%(source)s::text is null or %(source)s = any(sources))
  and value >= %(value)s
  and (not %(is_mine)s or decided_by = %(actor)s)
order by case_id desc limit %(limit)s;

-- name: claim_next
-- The most urgent case that nobody else is at and to which the actor has not said anything yet.
update steward_case
set claimed_by = %(actor)s, claimed_until = now() + %(minutes)s * interval '1 minute'
where case_id = (
    select case_id from steward_case c
    where state in ('open', 'second', 'escalated')
      and (claimed_by is null or claimed_by = %(actor)s or claimed_until <= now())
      and (%(kind)s::text is null or kind = %(kind)s)
      and (%(source)s::text is null or %(source)s = any(sources))
      and value >= %(value)s
      and not exists (select from case_verdict v
                      where v.case_id = c.case_id and v.round = c.round and v.author = %(actor)s and v.undone_at is null)
    order by priority desc, case_id limit 1
    for update skip locked
)
returning case_id;

-- name: claim
update steward_case
set claimed_by = %(actor)s, claimed_until = now() + %(minutes)s * interval '1 minute'
where case_id = %(case_id)s and state in ('open', 'second', 'escalated')
  and (claimed_by is null or claimed_by = %(actor)s or claimed_until <= now());

-- name: release
update steward_case set claimed_by = null, claimed_until = null
where case_id = %(case_id)s and claimed_by = %(actor)s and claimed_until > now();

-- name: add_verdict
insert into case_verdict (case_id, round, verdict, author, reason)
values (%(case_id)s, %(round)s, %(verdict)s, %(author)s, %(reason)s)
returning verdict_id;

-- name: undo_verdict
update case_verdict set undone_at = now() where verdict_id = %(verdict_id)s and undone_at is null;

-- name: verdicts
select verdict_id, case_id, round, verdict, author, reason, given_at
from case_verdict where case_id = %(case_id)s and undone_at is null order by verdict_id;

-- name: last_of
select verdict_id, case_id, round, verdict, author, reason, given_at
from case_verdict where author = %(author)s and undone_at is null order by verdict_id desc limit 1;

-- name: move_on
-- What became of a case by a verdict or its undo; whoever was at it is done.
update steward_case
set state = %(state)s, outcome = %(outcome)s, judgement_id = %(judgement_id)s, version = version + 1,
    claimed_by = null, claimed_until = null, decided_by = %(decided_by)s,
    decided_at = case when %(decided_by)s::text is not null then now() end
where case_id = %(case_id)s;

-- name: open_manual
insert into steward_case (subject, kind, parties, left_source, left_id, right_source, right_id, sources, grounds,
                          evidence, stakes, risk, value, priority, opened_by, note)
values (%(subject)s, 'manual', %(parties)s::uuid[], %(left_source)s, %(left_id)s, %(right_source)s, %(right_id)s,
        %(sources)s, %(grounds)s, '', %(stakes)s, %(risk)s, %(value)s, %(priority)s, %(opened_by)s, %(note)s)
on conflict (subject) do update
set state = 'open', round = steward_case.round + 1, version = steward_case.version + 1, parties = excluded.parties,
    stakes = excluded.stakes, value = excluded.value, priority = excluded.priority, opened_by = excluded.opened_by,
    note = excluded.note, opened_at = now(), outcome = null, judgement_id = null, decided_by = null, decided_at = null
where steward_case.state not in ('open', 'second', 'escalated')
returning case_id;

-- name: rules
select kind, from_value, author, set_at from case_rule order by kind;

-- name: set_rule
insert into case_rule (kind, from_value, author) values (%(kind)s, %(from_value)s, %(author)s)
on conflict (kind) do update set from_value = excluded.from_value, author = excluded.author, set_at = now();

-- name: drop_rule
delete from case_rule where kind = %(kind)s;

-- name: counts
select kind, state, count(*) from steward_case where state in ('open', 'second', 'escalated') group by 1, 2;

-- name: ages
-- How long live cases have been waiting: the oldest and the one in the middle, in seconds.
select coalesce(max(extract(epoch from now() - opened_at)), 0)::float8,
       coalesce(percentile_cont(0.5) within group (order by extract(epoch from now() - opened_at)), 0)::float8
from steward_case where state in ('open', 'second', 'escalated');

-- name: by_day
-- Verdicts by day and author.
select given_at::date as day, author, count(*) as verdicts
from case_verdict where undone_at is null and given_at >= now() - %(days)s * interval '1 day'
group by 1, 2 order by 1 desc, 3 desc, 2;

-- name: agreement
-- Cases about which two stewards said something sure in one round, and those about which they said the same.
select count(*), count(*) filter (where verdicts = 1)
from (
    select count(distinct verdict) as verdicts
    from case_verdict v
    where undone_at is null and verdict <> 'unsure' and given_at >= now() - %(days)s * interval '1 day'
    group by case_id, round having count(distinct author) > 1
) spoken;

-- name: held
-- What waits elsewhere: held loads and rows in quarantine.
select (select count(*) from load where status = 'held'), (select count(*) from quarantine where status = 'open');

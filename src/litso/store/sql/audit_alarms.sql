-- name: measure
-- What each actor did since a moment, and since their last alarm was closed. Consumers of the feed are told by design.
select a.actor, exists (select from service_token t where t.name = a.actor) as is_program,
       count(distinct a.party_id)::int as parties,
       count(distinct a.party_id) filter (where a.action = 'reveal')::int as reveals,
       count(*) filter (where a.action = 'search' and a.object = 'sequence')::int as sequence,
       count(*) filter (where a.action = 'search' and a.found = 0)::int as nothing,
       count(*) filter (where a.action = 'miss')::int as misses
from audit a
where a.at >= %(since)s and a.action not like '%%.%%' and a.action <> 'feed'
  and a.at > coalesce((select max(c.closed_at) from audit_alarm c where c.actor = a.actor), '-infinity')
group by a.actor;

-- name: raise
insert into audit_alarm as a (rule, actor, measured, threshold)
values (%(rule)s, %(actor)s, %(measured)s, %(threshold)s)
on conflict (rule, actor) where closed_at is null do update set measured = greatest(a.measured, excluded.measured);

-- name: open
select alarm_id, rule, actor, measured, threshold, raised_at from audit_alarm
where closed_at is null order by raised_at desc, alarm_id desc;

-- name: get_open
select alarm_id, rule, actor, measured, threshold, raised_at from audit_alarm
where alarm_id = %(alarm_id)s and closed_at is null;

-- name: close
update audit_alarm set closed_by = %(closed_by)s, closed_at = clock_timestamp(), reason = %(reason)s
where alarm_id = %(alarm_id)s and closed_at is null;

-- name: rules
select rule, people, programs from audit_alarm_rule;

-- name: set_rule
insert into audit_alarm_rule (rule, people, programs, author)
values (%(rule)s, %(people)s, %(programs)s, %(author)s)
on conflict (rule) do update
set people = excluded.people, programs = excluded.programs, author = excluded.author, set_at = clock_timestamp();

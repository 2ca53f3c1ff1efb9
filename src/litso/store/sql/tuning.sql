-- name: add
insert into tuning (former_model, model, outlook, rehearsed_by)
values (%(former_model)s, %(model)s, %(outlook)s, %(author)s)
returning tuning_id;

-- name: end_rehearsal
update tuning set status = 'rehearsed', outlook = outlook || %(outlook)s where tuning_id = %(tuning_id)s;

-- name: set_model
update tuning set model = %(model)s where tuning_id = %(tuning_id)s;

-- name: fail
update tuning set status = 'failed', error = %(error)s where tuning_id = %(tuning_id)s and status = 'rehearsing';

-- name: fill_sample
update tuning_sample set strata = %(strata)s where sample_id = %(sample_id)s;

-- name: drop_sample
delete from tuning_sample where sample_id = %(sample_id)s;

-- name: get
select * from tuning where tuning_id = %(tuning_id)s;

-- name: lock
select * from tuning where tuning_id = %(tuning_id)s for update;

-- name: latest
select * from tuning order by tuning_id desc limit %(limit)s;

-- name: begin_apply
update tuning set status = 'applying', applied_by = %(author)s, applied_at = now()
where tuning_id = %(tuning_id)s;

-- name: note_before
update tuning set hash_before = %(hash)s where tuning_id = %(tuning_id)s;

-- name: end_apply
update tuning set status = 'applied', hash_after = %(hash)s where tuning_id = %(tuning_id)s;

-- name: begin_rollback
update tuning set status = 'rolling_back', rolled_back_by = %(author)s, rolled_back_at = now()
where tuning_id = %(tuning_id)s;

-- name: end_rollback
update tuning set status = 'rolled_back', hash_restored = %(hash)s where tuning_id = %(tuning_id)s;

-- name: clear_changes
delete from tuning_change where tuning_id = %(tuning_id)s;

-- name: changes
select place, what, parties::text[], nodes, groups, records, accounts, chunk from tuning_change
where tuning_id = %(tuning_id)s and (%(what)s::text is null or what = %(what)s) and place > %(after)s
order by place limit %(limit)s;

-- name: waiting
select place, what, parties::text[], nodes, groups, records, accounts, chunk from tuning_change
where tuning_id = %(tuning_id)s and chunk is null
order by place limit %(limit)s;

-- name: mark_chunk
update tuning_change set chunk = %(chunk)s where tuning_id = %(tuning_id)s and place = any(%(places)s::integer[]);

-- name: count_waiting
select count(*) filter (where chunk is null), count(*), coalesce(max(chunk), 0)
from tuning_change where tuning_id = %(tuning_id)s;

-- name: former_redirects
-- Redirected parties that these nodes' records belonged to, have for a home or founded: a chunk may revive them.
with r as (select record_id from source_record where node_id = any(%(nodes)s::bigint[])),
own (party_id) as (
    select party_id from r join crosswalk using (record_id)
    union
    select party_id from r join home using (record_id)
    union
    select p.party_id from r join party p on p.founder = r.record_id
)
select p.party_id::text, p.redirect_to::text, p.redirected_at
from own join party p using (party_id) where p.redirect_to is not null;

-- name: journal_homes
insert into tuning_home (tuning_id, chunk, record_id, party_id)
select %(tuning_id)s, %(chunk)s, h.record_id, h.party_id
from source_record r join home h using (record_id) where r.node_id = any(%(nodes)s::bigint[]);

-- name: forget_homes
-- Homes of all records of the nodes of a chunk.
delete from home h using source_record r, tuning_change t
where t.tuning_id = %(tuning_id)s and t.chunk = %(chunk)s and r.node_id = any(t.nodes) and h.record_id = r.record_id;

-- name: restore_homes
insert into home (record_id, party_id)
select t.record_id, t.party_id
from tuning_home t join source_record r using (record_id)
where t.tuning_id = %(tuning_id)s and t.chunk = %(chunk)s and r.node_id is not null
on conflict (record_id) do nothing;

-- name: journal_moves
insert into tuning_move (tuning_id, chunk, record_id, former, later)
select %(tuning_id)s, %(chunk)s, c.record_id, f.party_id, c.party_id
from crosswalk c join crosswalk f on f.record_id = c.record_id and f.until = c.since
where c.since = now() and c.until is null and c.reason = 'model';

-- name: journal_new_parties
insert into tuning_party (tuning_id, chunk, party_id, was)
select %(tuning_id)s, %(chunk)s, party_id, 'absent' from party where minted_at = now()
union all
select %(tuning_id)s, %(chunk)s, party_id, 'living' from party where redirected_at = now() and minted_at < now();

-- name: journal_revived
insert into tuning_party (tuning_id, chunk, party_id, was, redirect_to, redirected_at)
select %(tuning_id)s, %(chunk)s, i.party_id, 'redirected', i.redirect_to, i.redirected_at
from unnest(%(parties)s::uuid[], %(redirects)s::uuid[], %(moments)s::timestamptz[])
     i (party_id, redirect_to, redirected_at)
join party p using (party_id)
where p.redirect_to is distinct from i.redirect_to
on conflict (tuning_id, chunk, party_id)
do update set was = excluded.was, redirect_to = excluded.redirect_to, redirected_at = excluded.redirected_at;

-- name: last_chunk
select max(chunk) from tuning_change where tuning_id = %(tuning_id)s and not undone;

-- name: moves
select m.record_id, r.node_id, m.former::text, m.later::text
from tuning_move m
join crosswalk c on c.record_id = m.record_id and c.until is null and c.party_id = m.later
join source_record r on r.record_id = m.record_id
where m.tuning_id = %(tuning_id)s and m.chunk = %(chunk)s and r.node_id is not null
order by m.record_id;

-- name: chunk_nodes
-- Nodes of a chunk's changes, and those in which its moved records are now.
select unnest(nodes) from tuning_change where tuning_id = %(tuning_id)s and chunk = %(chunk)s
union
select r.node_id
from tuning_move m join source_record r using (record_id)
where m.tuning_id = %(tuning_id)s and m.chunk = %(chunk)s and r.node_id is not null;

-- name: mark_undone
update tuning_change set undone = true where tuning_id = %(tuning_id)s and chunk = %(chunk)s;

-- name: parties_of_chunk
select party_id::text, was, redirect_to::text, redirected_at
from tuning_party where tuning_id = %(tuning_id)s and chunk = %(chunk)s order by party_id;

-- name: restore_redirects
-- One that never redirected before does so from now on.
update party p
set redirect_to = i.redirect_to,
    redirected_at = case when i.redirect_to is not null then coalesce(i.redirected_at, now()) end
from unnest(%(parties)s::uuid[], %(redirects)s::uuid[], %(moments)s::timestamptz[])
     i (party_id, redirect_to, redirected_at)
where p.party_id = i.party_id;

-- name: peopled
select distinct party_id::text from node where party_id = any(%(parties)s::uuid[]);

-- name: count_moves
select count(distinct record_id) from tuning_move where tuning_id = %(tuning_id)s;

-- name: add_sample
insert into tuning_sample (tuning_id, model, strata, drawn_by)
values (%(tuning_id)s, %(model)s, %(strata)s, %(author)s)
returning sample_id;

-- name: get_sample
select * from tuning_sample where sample_id = %(sample_id)s;

-- name: samples
select s.*, count(p.place) as pairs, count(p.label) as labelled
from tuning_sample s left join tuning_pair p using (sample_id)
group by s.sample_id order by s.sample_id desc limit %(limit)s;

-- name: pairs
select * from tuning_pair where sample_id = %(sample_id)s order by place;

-- name: next_pair
select * from tuning_pair
where sample_id = %(sample_id)s and label is null and place > %(after)s order by place limit 1;

-- name: get_pair
select * from tuning_pair where sample_id = %(sample_id)s and place = %(place)s;

-- name: label
update tuning_pair set label = %(label)s, labelled_by = %(author)s,
       labelled_at = case when %(label)s::text is null then null else now() end
where sample_id = %(sample_id)s and place = %(place)s;

-- name: keep
insert into policy (policy_id, version, content, author)
values (%(policy_id)s, coalesce(%(version)s, (select coalesce(max(version), 0) + 1 from policy)), %(content)s, %(author)s)
on conflict (policy_id) do nothing;

-- name: get
select policy_id, version, content, author, is_active, created_at from policy where policy_id = %(policy_id)s;

-- name: get_version
select policy_id, version, content, author, is_active, created_at from policy where version = %(version)s;

-- name: find_active
select policy_id, version, content, author, is_active, created_at from policy where is_active;

-- name: standing
select (select policy_id from policy where is_active) as policy_id,
       exists (select from pin where undone_at is null) as has_pins,
       exists (select from written_value where ended_at is null) as has_written;

-- name: find_active_id
select policy_id from policy where is_active;

-- name: all
select policy_id, version, content, author, is_active, created_at from policy order by version desc;

-- name: deactivate
update policy set is_active = false where is_active and policy_id <> %(policy_id)s;

-- name: activate
update policy set is_active = true where policy_id = %(policy_id)s;

-- name: add_trial
insert into policy_trial (former_policy, policy, rehearsed_by)
values (%(former_policy)s, %(policy)s, %(author)s) returning trial_id;

-- name: end_rehearsal
update policy_trial set status = 'rehearsed', outlook = %(outlook)s, seen_change = %(seen)s where trial_id = %(trial_id)s;

-- name: fail
update policy_trial set status = 'failed', error = %(error)s where trial_id = %(trial_id)s and status = 'rehearsing';

-- name: trial
select * from policy_trial where trial_id = %(trial_id)s;

-- name: lock_trial
select * from policy_trial where trial_id = %(trial_id)s for update;

-- name: trials
select * from policy_trial order by trial_id desc limit %(limit)s;

-- name: begin_apply
update policy_trial set status = 'applying', applied_by = %(author)s, applied_at = clock_timestamp()
where trial_id = %(trial_id)s;

-- name: note_before
update policy_trial
set hash_before = %(hash)s, applied_change = (select coalesce(max(change_id), 0) from change)
where trial_id = %(trial_id)s;

-- name: end_apply
update policy_trial set status = 'applied', hash_after = %(hash)s where trial_id = %(trial_id)s;

-- name: begin_rollback
update policy_trial set status = 'rolling_back', rolled_back_by = %(author)s, rolled_back_at = clock_timestamp()
where trial_id = %(trial_id)s;

-- name: end_rollback
update policy_trial set status = 'rolled_back', hash_restored = %(hash)s where trial_id = %(trial_id)s;

-- name: clear_changes
delete from policy_change where trial_id = %(trial_id)s;

-- name: changes
select party_id::text, attributes, origins, chunk, is_changed from policy_change
where trial_id = %(trial_id)s and (%(attribute)s::text is null or %(attribute)s = any(attributes || origins))
  and (%(after)s::uuid is null or party_id > %(after)s::uuid)
  and (attributes <> '{}' or not %(values_only)s)
order by party_id limit %(limit)s;

-- name: add_since
-- Parties published since the rehearsal: they may differ as well.
insert into policy_change (trial_id, party_id)
select distinct t.trial_id, c.party_id
from policy_trial t join change c on c.change_id > t.seen_change
where t.trial_id = %(trial_id)s
on conflict (trial_id, party_id) do nothing;

-- name: waiting
select p.party_id::text, g.party_id is not null
from policy_change p left join golden g using (party_id)
where p.trial_id = %(trial_id)s and p.chunk is null order by p.party_id limit %(limit)s;

-- name: mark_chunk
update policy_change set chunk = %(chunk)s, is_changed = party_id = any(%(changed)s::uuid[])
where trial_id = %(trial_id)s and party_id = any(%(ids)s::uuid[]);

-- name: progress
select count(*) filter (where chunk is null), count(*), coalesce(max(chunk), 0),
       count(*) filter (where is_changed)
from policy_change where trial_id = %(trial_id)s;

-- name: drop_waiting
delete from policy_change where trial_id = %(trial_id)s and chunk is null;

-- name: add_since_applied
-- What was published since is to be taken back as well: the policy was another one.
insert into policy_change (trial_id, party_id)
select distinct t.trial_id, c.party_id
from policy_trial t join change c on c.change_id > t.applied_change
where t.trial_id = %(trial_id)s
on conflict (trial_id, party_id) do nothing;

-- name: wait_again
update policy_change set chunk = null where trial_id = %(trial_id)s;

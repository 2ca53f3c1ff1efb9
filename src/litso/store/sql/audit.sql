-- name: write
insert into audit (actor, action, party_id, object, fields, purpose, scope, found, version)
values (%(actor)s, %(action)s, %(party_id)s, %(object)s, %(fields)s, %(purpose)s,
        coalesce(nullif(%(scope)s, ''), current_setting('litso.limits', true), ''), %(found)s, %(version)s);

-- name: write_many
insert into audit (actor, action, party_id, fields, purpose, scope, version)
select %(actor)s, %(action)s, t.party_id, string_to_array(t.fields, ','), %(purpose)s,
       coalesce(current_setting('litso.limits', true), ''), t.version
from unnest(%(parties)s::uuid[], %(fields)s::text[], %(versions)s::int[]) t (party_id, fields, version);

-- name: write_fed
insert into audit (actor, action, party_id, fields, purpose)
select %(actor)s, 'feed', t.party_id, string_to_array(t.fields, ','), %(purpose)s
from unnest(%(parties)s::uuid[], %(fields)s::text[]) t (party_id, fields);

-- name: acting
select set_config('litso.actor', %(actor)s, true);

-- name: of_party
-- Entries of checks, reads and changes, are for compliance only.
select audit_id, at, actor, action, party_id::text, object, fields, purpose, scope, found, version
from audit
where party_id = %(party_id)s and (%(with_checks)s or action !~ '^check')
order by at desc, audit_id desc limit %(limit)s;

-- name: recent
-- what: read | change | an action; of changes also the noun alone.
select audit_id, at, actor, action, party_id::text, object, fields, purpose, scope, found, version
from audit
where (%(actor)s::text is null or actor = %(actor)s)
  and (%(party_id)s::uuid is null or party_id = %(party_id)s)
  and (%(purpose)s::text is null or purpose = %(purpose)s)
  and (%(what)s::text is null or action = %(what)s or action like %(what)s || '.%%'
       or (%(what)s = 'change' and action like '%%.%%') or (%(what)s = 'read' and action not like '%%.%%'))
  and (%(since)s::timestamptz is null or at >= %(since)s)
  and (%(until)s::timestamptz is null or at < %(until)s)
  and (%(with_checks)s or action !~ '^check')
  and (%(before)s::bigint is null or audit_id < %(before)s)
order by audit_id desc limit %(limit)s;

-- name: get
select audit_id, at, actor, action, party_id::text, object, fields, purpose, scope, found, version
from audit where audit_id = %(audit_id)s;

-- name: horizon
-- Every transaction older than this one has ended.
select pg_snapshot_xmin(pg_current_snapshot())::text;

-- name: unsealed
-- Rows after the last sealed id, and late ones that fill gaps.
select audit_id, (extract(epoch from at) * 1000000)::bigint, actor, action, party_id::text, object, fields, purpose,
       scope, found, version
from (
    (select * from audit where audit_id > %(last_id)s order by audit_id limit %(limit)s)
    union all
    select a.* from audit_gap g join audit a using (audit_id)
) a
order by audit_id;

-- name: forget_gaps
-- Gaps that a row has filled by now, or that none can fill any more.
delete from audit_gap where audit_id = any(%(filled)s) or noted_at <= %(horizon)s::xid8;

-- name: note_gaps
-- The number of this transaction, which it got after the rows were read: whoever drew one of these ids has a lower one.
-- (The end of a snapshot is no such bound: transactions beyond it may be running.)
insert into audit_gap (audit_id, noted_at)
select unnest(%(ids)s::bigint[]), pg_current_xact_id()
on conflict do nothing;

-- name: add_block
insert into audit_block (block_id, previous, hash, last_id, members, sealed_at)
values (%(block_id)s, %(previous)s, %(hash)s, %(last_id)s, %(members)s,
        'epoch'::timestamptz + %(sealed_at)s * interval '1 microsecond');

-- name: head
select block_id, previous, hash, last_id, members, (extract(epoch from sealed_at) * 1000000)::bigint as sealed_at
from audit_block order by block_id desc limit 1;

-- name: blocks
select block_id, previous, hash, last_id, members, (extract(epoch from sealed_at) * 1000000)::bigint as sealed_at
from audit_block where block_id > %(after)s order by block_id limit %(limit)s;

-- name: sealed_rows
select audit_id, (extract(epoch from at) * 1000000)::bigint, actor, action, party_id::text, object, fields, purpose,
       scope, found, version
from audit
where audit_id > %(after)s and audit_id <= %(last_id)s or audit_id = any(%(late)s);

-- name: gaps
select audit_id from audit_gap where audit_id = any(%(ids)s);

-- name: tail
-- Rows that are not sealed yet, and when the oldest of them was written.
select count(*) as rows, min(at) as oldest from (
    select at from audit where audit_id > (select coalesce(max(last_id), 0) from audit_block)
    union all
    select a.at from audit_gap g join audit a using (audit_id)
) t;

-- name: block_of_hash
select block_id, previous, hash, last_id, members, (extract(epoch from sealed_at) * 1000000)::bigint as sealed_at
from audit_block where hash = %(hash)s;

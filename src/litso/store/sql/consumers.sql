-- name: add
insert into consumer (name, purpose, fields, kinds, sources, attributes, territories, brands, classes, delivery, address,
                      after, created_by)
values (%(name)s, %(purpose)s, %(fields)s, %(kinds)s, %(sources)s, %(attributes)s, %(territories)s, %(brands)s, %(classes)s,
        %(delivery)s, %(address)s, %(after)s, %(created_by)s)
on conflict (name) do nothing
returning consumer_id;

-- name: list_all
select c.*, (select count(*) from change h where h.change_id > c.after) as lag,
       (select min(h.at) from change h where h.change_id = (
           select min(change_id) from change where change_id > c.after)) as oldest_at
from consumer c order by c.name;

-- name: find
select c.*, (select count(*) from change h where h.change_id > c.after) as lag,
       (select min(h.at) from change h where h.change_id = (
           select min(change_id) from change where change_id > c.after)) as oldest_at
from consumer c where c.name = %(name)s;

-- name: pushed
-- Consumers that are to be delivered to.
select consumer_id, name from consumer where status = 'active' and delivery <> 'pull' order by consumer_id;

-- name: take
update consumer set epoch = epoch + 1 where consumer_id = %(consumer_id)s returning epoch;

-- name: state
select c.*, 0::bigint as lag, null::timestamptz as oldest_at from consumer c
where consumer_id = %(consumer_id)s and epoch = %(epoch)s and status = 'active';

-- name: advance
update consumer
set after = %(after)s, beyond = %(beyond)s, delivered = delivered + %(count)s,
    delivered_at = case when %(count)s > 0 then now() else delivered_at end,
    failures = 0, failing_since = null, retry_at = null
where consumer_id = %(consumer_id)s and epoch = %(epoch)s;

-- name: falter
update consumer
set after = %(after)s, beyond = %(beyond)s, delivered = delivered + %(count)s, failures = failures + 1,
    delivered_at = case when %(count)s > 0 then now() else delivered_at end,
    failing_since = coalesce(failing_since, now()), retry_at = now() + %(delay)s::interval
where consumer_id = %(consumer_id)s and epoch = %(epoch)s;

-- name: stop
update consumer set status = 'stopped' where consumer_id = %(consumer_id)s and epoch = %(epoch)s;

-- name: set_status
update consumer set status = %(status)s, failures = 0, failing_since = null, retry_at = null, epoch = epoch + 1
where consumer_id = %(consumer_id)s;

-- name: limit
-- Another epoch: what is being delivered within the former limits ends.
update consumer
set territories = %(territories)s, brands = %(brands)s, classes = %(classes)s, epoch = epoch + 1
where consumer_id = %(consumer_id)s;

-- name: replay
-- Another epoch: a delivery under way must not bring the cursor back to where it was.
update consumer set after = %(after)s, beyond = '{}', retry_at = null, epoch = epoch + 1
where consumer_id = %(consumer_id)s;

-- name: pulled
update consumer
set after = %(after)s, delivered = delivered + %(count)s, delivered_at = now()
where consumer_id = %(consumer_id)s;

-- name: remove
delete from consumer where consumer_id = %(consumer_id)s;

-- name: add_secret
insert into consumer_secret (consumer_id, secret) values (%(consumer_id)s, %(secret)s);

-- name: expire_secrets
update consumer_secret set expires_at = now() + %(grace)s::interval
where consumer_id = %(consumer_id)s and expires_at is null;

-- name: sweep_secrets
delete from consumer_secret where consumer_id = %(consumer_id)s and expires_at < now();

-- name: secrets
select secret from consumer_secret
where consumer_id = %(consumer_id)s and (expires_at is null or expires_at > now()) order by created_at desc;

-- name: log
insert into consumer_log (consumer_id, what, author, change_id, told)
values (%(consumer_id)s, %(what)s, %(author)s, %(change_id)s, %(told)s);

-- name: read_log
select at, what, author, change_id, told from consumer_log
where consumer_id = %(consumer_id)s order by log_id desc limit %(limit)s;

-- name: sweep_log
delete from consumer_log where at < now() - %(kept)s::interval;

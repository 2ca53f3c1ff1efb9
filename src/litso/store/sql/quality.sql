-- name: last_moment
select max(measured_at) from quality;

-- name: write
insert into quality (source, attribute, dimension, other, good, total)
select * from unnest(%(sources)s::text[], %(attributes)s::text[], %(dimensions)s::text[], %(others)s::text[],
                     %(goods)s::bigint[], %(totals)s::bigint[]);

-- name: thin_out
-- Of days that are long past only the last measurement is kept.
delete from quality q
where q.measured_at < %(before)s
  and exists (select from quality later
              where later.measured_at > q.measured_at and later.measured_at < date_trunc('day', q.measured_at) + '1 day');

-- name: changed_since
-- Records that loads have changed since the last measurement, by source; those that single records brought too.
select source, sum(rows_inserted + rows_changed + rows_deleted)::bigint
from load where finished_at > %(moment)s and status = 'done' group by source;

-- name: live
select source, count(*) from source_record where deleted_at is null group by source;

-- name: latest
-- The figures of the last measurement, of a source or all.
select source, attribute, dimension, other, good, total, measured_at from quality
where measured_at = (select max(measured_at) from quality) and (%(source)s::text is null or source = %(source)s)
order by source, attribute, dimension, other;

-- name: series
-- The last figures of every series of a source and attribute, or of all; the oldest first.
select source, attribute, dimension, other, good, total, measured_at
from (
    select q.*, row_number() over (partition by source, attribute, dimension order by measured_at desc) as place
    from quality q
    where other = '' and (%(source)s::text is null or source = %(source)s)
      and (%(attribute)s::text is null or attribute = %(attribute)s)
) last
where place <= %(most)s
order by source, attribute, dimension, measured_at;

-- name: load_times
-- When the sources were loaded, the last few loads of each.
select source, finished_at
from (
    select source, finished_at, row_number() over (partition by source order by finished_at desc) as place
    from load where status = 'done' and mode <> 'stream'
) last
where place <= %(most)s
order by source, finished_at;

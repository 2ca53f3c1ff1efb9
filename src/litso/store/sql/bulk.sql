-- name: reserve_ids
-- Ids taken one by one, answered as the few runs that they make: others may take some between.
select min(id), max(id)
from (
    select id, id - row_number() over (order by id) as run
    from (
        select nextval(s.name::regclass) as id
        from (select pg_get_serial_sequence('litso.' || %(table)s, %(column)s) as name) s, generate_series(1, %(count)s)
    ) taken
) numbered
group by run
order by min(id)

-- name: estimated_rows
-- Rows by the density of the last analysis, or by a guess of 100 rows in a page where there was none.
select case when c.reltuples > 0 and c.relpages > 0 then c.reltuples / c.relpages else 100 end
       * pg_relation_size(c.oid) / current_setting('block_size')::integer
from pg_class c where c.oid = ('litso.' || %(table)s)::regclass;

-- name: indexes
-- Indexes of a table with their definitions; the constraint where the index belongs to one. The primary key comes first.
select x.relname, pg_get_indexdef(i.indexrelid), pg_get_constraintdef(c.oid)
from pg_index i
join pg_class x on x.oid = i.indexrelid
left join pg_constraint c on c.conindid = i.indexrelid and c.conrelid = i.indrelid and c.contype in ('p', 'u')
where i.indrelid = ('litso.' || %(table)s)::regclass
order by i.indisprimary desc, x.relname;

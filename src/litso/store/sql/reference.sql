-- name: replace
update reference_edition set replaced_at = now() where kind = %(kind)s and part = %(part)s and replaced_at is null;

-- name: add
insert into reference_edition (kind, part, version, published, rows, file_name, file_sha256, loaded_by)
values (%(kind)s, %(part)s, %(version)s, %(published)s, %(rows)s, %(file_name)s, %(file_sha256)s, %(loaded_by)s);

-- name: current
select edition_id, kind, part, version, published, rows, file_name, encode(file_sha256, 'hex') as file_sha256,
       loaded_at, loaded_by
from reference_edition
where replaced_at is null
order by kind, part;

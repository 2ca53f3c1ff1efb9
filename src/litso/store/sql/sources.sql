-- name: register
insert into source (name, title, party, priority, brand, region, city, mapping)
values (%(name)s, %(title)s, %(party)s, %(priority)s, %(brand)s, %(region)s, %(city)s, %(mapping)s)
on conflict (name) do update
set title = excluded.title, party = excluded.party, priority = excluded.priority, brand = excluded.brand,
    region = excluded.region, city = excluded.city, mapping = excluded.mapping, updated_at = now()
where (source.title, source.party, source.priority, source.brand, source.region, source.city, source.mapping)
      is distinct from (excluded.title, excluded.party, excluded.priority, excluded.brand, excluded.region,
                        excluded.city, excluded.mapping);

-- name: find
select name, title, party, priority, brand, region, city, mapping, created_at, updated_at from source where name = %(name)s;

-- name: titles
select name, coalesce(nullif(title, ''), name) from source;

-- name: list_all
select name, title, party, priority, brand, region, city, mapping, created_at, updated_at from source order by name;

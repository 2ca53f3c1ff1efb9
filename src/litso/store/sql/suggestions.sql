-- name: add_lines
insert into address_line (key, line, is_house, met, search)
select key, line, is_house, met, array_to_tsvector(string_to_array(tokens, ' '))
from unnest(%(keys)s::text[], %(lines)s::text[], %(are_houses)s::boolean[], %(met)s::bigint[], %(tokens)s::text[])
     as given (key, line, is_house, met, tokens)
on conflict (key) do update set met = address_line.met + excluded.met;

-- name: add_new_lines
-- One record at a time: what is known stays untouched, so that nobody waits for anybody.
insert into address_line (key, line, is_house, met, search)
select key, line, is_house, met, array_to_tsvector(string_to_array(tokens, ' '))
from unnest(%(keys)s::text[], %(lines)s::text[], %(are_houses)s::boolean[], %(met)s::bigint[], %(tokens)s::text[])
     as given (key, line, is_house, met, tokens)
on conflict (key) do nothing;

-- name: find_lines
select line
from address_line
where search @@ %(query)s::tsquery and is_house = %(is_house)s
order by met desc, line
limit %(limit)s;

-- name: find_companies
-- Sole traders are persons: their names are not suggested.
select name, golden_values->>'inn' as inn, golden_values->>'kpp' as kpp, golden_values->>'ogrn' as ogrn,
       golden_values->>'opf' as opf, golden_values->>'address' as address
from golden
where kind = 'organization' and search @@ %(query)s::tsquery and golden_values->>'opf' is distinct from 'ИП'
  and (not %(is_limited)s or exists (
      select from party_scope s join scope c on c.scope_id = any(s.scopes)
      where s.party_id = golden.party_id
        and (%(brands)s::text[] = '{}' or c.brand = any(%(brands)s::text[]))
        and (%(territories)s::text[] = '{}' or c.region = any(%(territories)s::text[])
             or c.region || '/' || c.city = any(%(territories)s::text[]))))
order by records desc, name
limit %(limit)s;

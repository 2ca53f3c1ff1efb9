-- name: find
select party_id::text, kind, name, records, tsvector_to_array(search) as tokens
from golden
where search @@ %(query)s::tsquery
limit %(limit)s;

-- name: find_within
select party_id::text, kind, name, records, tsvector_to_array(search) as tokens
from golden join party_scope s using (party_id)
where search @@ %(query)s::tsquery
  and s.scopes && (
      select array_agg(scope_id) from scope
      where (%(brands)s::text[] = '{}' or brand = any(%(brands)s::text[]))
        and (%(territories)s::text[] = '{}' or region = any(%(territories)s::text[])
             or region || '/' || city = any(%(territories)s::text[])))
limit %(limit)s;

-- name: similar_words
select word from search_word
where word operator(public.%%) %(word)s
order by public.similarity(word, %(word)s) desc, word
limit %(limit)s;

-- name: known_words
select word from search_word where word = any(%(words)s::text[]);

-- name: add_words
insert into search_word (word) select unnest(%(words)s::text[]) on conflict do nothing;

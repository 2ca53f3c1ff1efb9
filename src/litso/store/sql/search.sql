-- name: find
select party_id::text, kind, name, records, tsvector_to_array(search) as tokens
from golden
where search @@ %(query)s::tsquery
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

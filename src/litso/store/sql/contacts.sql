-- name: holders
-- Other parties with a contact of this one; its own tokens say where to look.
with own as materialized (
    select array(select e ->> 'value'
                 from unnest(array[provenance -> 'phones', provenance -> 'emails']) listed, json_array_elements(listed) e
           ) as contacts,
           (select string_agg('''' || replace(replace(lexeme, '\', '\\'), '''', '''''') || '''', ' | ')
            from unnest(search) where lexeme ^@ 't:' or lexeme ^@ 'e:') as tokens
    from golden where party_id = %(party_id)s
)
select g.party_id::text, e ->> 'value' as value, e ->> 'at' as at,
       coalesce((e ->> 'said_by')::integer, 0) as said_by,
       g.golden_values ->> 'house_key' as house_key, g.golden_values ->> 'flat' as flat,
       g.golden_values ->> 'surname' as surname
from golden g
cross join lateral unnest(array[g.provenance -> 'phones', g.provenance -> 'emails']) listed
cross join lateral json_array_elements(listed) e
where g.search @@ (select tokens from own)::tsquery and g.party_id <> %(party_id)s
  and e ->> 'value' = any(array(select unnest(contacts) from own));

-- name: tries_of_party
select held.kind, coalesce(held.data ->> 'phone', held.data ->> 'email', held.data ->> 'contact') as contact,
       held.data ->> 'channel' as channel, held.status, held.at
from (
    select * from fact where account = any(%(accounts)s::text[])
    union all
    select f.*
    from node n join source_record r on r.node_id = n.node_id join fact f on f.record_id = r.record_id
    where n.party_id = %(party_id)s and (f.account is null or f.account <> all(%(accounts)s::text[]))
) held
where held.kind in ('call', 'delivery') and held.at is not null
order by held.fact_id;

-- name: all_tries
-- Each try once for a party, whether it hangs on a record or on an account of it.
with tried as (
    select * from fact where kind in ('call', 'delivery') and at is not null
), held as (
    select g.party_id, t.fact_id
    from golden g cross join lateral jsonb_array_elements_text(g.golden_values -> 'accounts') a (account)
    join tried t on t.account = a.account
    union
    select n.party_id, t.fact_id
    from tried t join source_record r using (record_id) join node n using (node_id)
)
select h.party_id::text, t.kind, coalesce(t.data ->> 'phone', t.data ->> 'email', t.data ->> 'contact'),
       t.data ->> 'channel', t.status, t.at
from held h join tried t using (fact_id)
order by t.fact_id;

-- name: all_parties
select party_id::text,
       json_build_object('phones', provenance -> 'phones', 'emails', provenance -> 'emails')::text as provenance,
       golden_values ->> 'house_key' as house_key, golden_values ->> 'flat' as flat,
       golden_values ->> 'surname' as surname
from golden
where provenance -> 'phones' is not null or provenance -> 'emails' is not null
order by party_id;

-- name: find_habits
select content from contact_habits order by habits_id desc limit 1;

-- name: keep_habits
insert into contact_habits (hash, content, author) values (%(hash)s, %(content)s, %(author)s);

-- name: read
-- All that a profile is made of, in one statement, and the entry of the read in the audit: what is answered is logged, in
-- the same transaction, or nothing is. Nothing is answered of an id that was merged.
-- Arrays in place of joins look up the few rows of a party by their index, whatever the planner believes of it. The text
-- stays below 4096 characters: the driver takes longer ones apart anew each time.
with asked as materialized (
    select party_id, redirect_to is null as is_present,
           not %(is_limited)s::boolean or exists (
               select from party_scope s
               where s.party_id = party.party_id and exists (
                   select from scope c
                   where c.scope_id = any(s.scopes)
                     and (%(brands)s::text[] = '{}' or c.brand = any(%(brands)s::text[]))
                     and (%(territories)s::text[] = '{}' or c.region = any(%(territories)s::text[])
                          or c.region || '/' || c.city = any(%(territories)s::text[])))) as is_seen
    from party where party_id = %(party_id)s
), shown as materialized (
    select * from golden where party_id = (select party_id from asked where is_present and is_seen)
), logged as (
    insert into audit (actor, action, party_id, fields, purpose, scope, version)
    select %(actor)s, %(action)s, party_id,
           array(select name from jsonb_object_keys(golden_values) t (name) order by name collate "C"),
           %(purpose)s, coalesce(current_setting('litso.limits', true), ''), version
    from shown
), member as materialized (
    select * from source_record
    where node_id = any(array(select node_id from node where party_id = (select party_id from shown)))
), place as materialized (
    select golden_values ->> 'house_key' as house_key, golden_values ->> 'flat' as flat from shown
    union
    select house_key, flat from member where accounts <> '{}'
), held as materialized (
    select false as is_near, f.* from fact f where account = any(array(
        select jsonb_array_elements_text(golden_values -> 'accounts') from shown))
    union all
    select false, f.* from fact f where record_id = any(array(select record_id from member))
      and (account is null or account <> all(array(
        select jsonb_array_elements_text(golden_values -> 'accounts') from shown)))
    union all
    select true, f.* from fact f
    where house_key = any(array(select house_key from place)) and kind = 'outage' and flat is null
    union all
    select true, f.* from place p join fact f on f.house_key = p.house_key and f.flat = p.flat
    where f.kind in ('outage', 'premise')
), ranked as (
    select *, row_number() over (partition by is_near, kind order by at desc nulls last, fact_id desc) as rank from held
)
select (select is_present from asked), (select is_seen from asked),
       (select json_build_array(party_id, kind, version, name, golden_values, provenance, records, published_at)::text
        from shown),
       (select json_agg(json_build_array(
                   record_id, source, source_id, version, load_id, '', updated_at, received_at, deleted_at, node_id,
                   null, kind,
                   case when %(whole)s::boolean then to_json(to_jsonb(member) - 'payload')
                        else json_build_object('accounts', accounts, 'house_key', house_key, 'flat', flat) end)
               order by source, source_id)::text
        from member),
       (select json_agg(json_build_array(
                   fact_id, kind, source, fact_key, record_id, load_id, at, until, account, house_key, flat,
                   amount::text, title, status, data)
               order by is_near, at desc nulls last, fact_id desc)::text
        from ranked where rank <= %(limit)s),
       (select json_agg(json_build_array(
                   kind, coalesce(data ->> 'phone', data ->> 'email', data ->> 'contact'), data ->> 'channel', status, at)
               order by fact_id)::text
        from held where not is_near and kind in ('call', 'delivery') and at is not null),
       (select json_object_agg(name, coalesce(nullif(title, ''), name))::text from source),
       (select content from contact_habits order by habits_id desc limit 1);

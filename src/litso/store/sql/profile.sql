-- name: read
-- All that a profile is made of, in one statement, and the entry of the read in the audit: what is answered is logged, in
-- the same transaction, or nothing is. Answers the id that lives on; the rest only where that is the id asked for.
-- Sub-selects in place of joins look up the few rows of a party by their index, whatever the planner believes of it.
with recursive step (party_id, redirect_to) as (
    select party_id, redirect_to from party where party_id = %(party_id)s
    union
    select p.party_id, p.redirect_to from step s join party p on p.party_id = s.redirect_to
), present as materialized (
    select party_id from step where redirect_to is null
), seen as materialized (
    select party_id from present
    where not %(is_limited)s::boolean or exists (
        select from party_scope s
        where s.party_id = present.party_id and exists (
            select from scope c
            where c.scope_id = any(s.scopes)
              and (%(brands)s::text[] = '{}' or c.brand = any(%(brands)s::text[]))
              and (%(territories)s::text[] = '{}' or c.region = any(%(territories)s::text[])
                   or c.region || '/' || c.city = any(%(territories)s::text[]))))
), shown as materialized (
    select g.* from golden g
    where g.party_id = %(party_id)s and g.party_id = (select party_id from seen)
), logged as (
    insert into audit (actor, action, party_id, fields, purpose, scope, version)
    select %(actor)s, %(action)s, party_id,
           array(select name from jsonb_object_keys(golden_values) t (name) order by name collate "C"),
           %(purpose)s, coalesce(current_setting('litso.limits', true), ''), version
    from shown
), member as materialized (
    select r.* from source_record r
    where r.node_id = any(array(select n.node_id from node n where n.party_id = (select party_id from shown)))
), place as materialized (
    select golden_values ->> 'house_key' as house_key, golden_values ->> 'flat' as flat from shown
    union
    select house_key, flat from member where accounts <> '{}'
), account as materialized (
    select array(select jsonb_array_elements_text(golden_values -> 'accounts')) as numbers from shown
), held as materialized (
    select f.* from fact f where f.account = any(array(select unnest(numbers) from account))
    union all
    select f.* from fact f
    where f.record_id = any(array(select record_id from member))
      and (f.account is null or f.account <> all(array(select unnest(numbers) from account)))
), nearby as materialized (
    select f.* from fact f
    where f.house_key = any(array(select house_key from place)) and f.kind = 'outage'
      and (f.flat is null or (f.house_key, f.flat) in (select house_key, flat from place))
    union all
    select f.* from fact f
    where f.house_key = any(array(select house_key from place)) and f.kind = 'premise'
      and (f.house_key, f.flat) in (select house_key, flat from place)
)
select (select party_id from present)::text,
       exists (select from seen),
       (select json_build_array(party_id, kind, version, name, golden_values, provenance, records, published_at)::text
        from shown),
       (select json_agg(json_build_array(
                   record_id, source, source_id, version, load_id, '', updated_at, received_at, deleted_at, node_id,
                   (select party_id from shown), kind,
                   case when %(whole)s::boolean then to_json(to_jsonb(member) - 'payload')
                        else json_build_object('accounts', accounts, 'address', address, 'house_key', house_key,
                                               'flat', flat) end)
               order by source, source_id)::text
        from member),
       (select json_agg(json_build_array(
                   f.fact_id, f.kind, f.source, f.fact_key, f.record_id, f.load_id, f.at, f.until, f.account, f.house_key,
                   f.flat, f.amount::text, f.title, f.status, f.data)
               order by f.at desc nulls last, f.fact_id desc)::text
        from (select *, row_number() over (partition by kind order by at desc nulls last, fact_id desc) as rank from held
             ) f
        where f.rank <= %(limit)s),
       (select json_agg(json_build_array(
                   f.fact_id, f.kind, f.source, f.fact_key, f.record_id, f.load_id, f.at, f.until, f.account, f.house_key,
                   f.flat, f.amount::text, f.title, f.status, f.data)
               order by f.at desc nulls last, f.fact_id desc)::text
        from (select *, row_number() over (partition by kind order by at desc nulls last, fact_id desc) as rank from nearby
             ) f
        where f.rank <= %(limit)s),
       (select json_agg(json_build_array(
                   h.kind, coalesce(h.data ->> 'phone', h.data ->> 'email', h.data ->> 'contact'),
                   h.data ->> 'channel', h.status, h.at)
               order by h.fact_id)::text
        from held h where h.kind in ('call', 'delivery') and h.at is not null),
       (select json_object_agg(name, coalesce(nullif(title, ''), name))::text from source),
       (select content from contact_habits order by habits_id desc limit 1);

-- name: make
-- The role belongs to the server: another database of it may have made it already, or be at it.
do $$ begin
    if not exists (select from pg_roles where rolname = 'litso_reader') then
        create role litso_reader nologin;
    end if;
exception when duplicate_object or unique_violation then null;
end $$;

-- name: join
do $$ begin
    if not pg_has_role(current_user, 'litso_reader', 'member') then
        grant litso_reader to current_user;
    end if;
    execute format('grant usage on schema litso to litso_reader');
end $$;

-- name: is_ready
select exists (select from pg_roles where rolname = 'litso_reader' and pg_has_role(current_user, oid, 'member'))
       and coalesce(has_table_privilege((select oid from pg_roles where rolname = 'litso_reader'), 'golden', 'select'), false);

-- name: is_mighty
select coalesce(bool_or(rolsuper or rolbypassrls), false) from pg_roles where rolname = 'litso_reader';

-- name: unguarded
select t.name from unnest(%(tables)s::text[]) t (name)
where not exists (
    select from pg_class c join pg_policy p on p.polrelid = c.oid
    where c.oid = ('litso.' || t.name)::regclass and c.relrowsecurity);

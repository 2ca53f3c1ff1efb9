-- name: create_schema
-- Several programs may come at once: `if not exists` alone does not save them from each other.
do $$
begin
    perform pg_advisory_xact_lock(1280507905, 0);
    create schema if not exists litso;
    create table if not exists litso.schema_migration (
        version    integer primary key,
        name       text not null,
        digest     bytea not null,
        applied_at timestamptz not null default now()
    );
end
$$;

-- name: find_ledger
select 1 from pg_tables where schemaname = 'litso' and tablename = 'schema_migration';

-- name: applied
select version, digest from litso.schema_migration;

-- name: record
insert into litso.schema_migration (version, name, digest) values (%(version)s, %(name)s, %(digest)s);


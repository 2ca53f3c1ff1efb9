"""Migrations make the same database as schema.sql, once, in order, on every PostgreSQL that is here."""

from __future__ import annotations

from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path

import pytest

from databases import QUICK, cloned_database
from litso.errors import Misconfigured
from litso.store.database import Store, connect
from litso.store.embedded import running_server
from litso.store.migrate import Migration, check_version, migrate, migrations, store_version

SYSTEM = [path.parent for path in Path("/usr/lib/postgresql").glob("*/bin/initdb")]

CATALOGS = {
    "columns": """
        select c.relname, c.relkind, c.relpersistence, a.attnum, a.attname,
               format_type(a.atttypid, a.atttypmod), a.attnotnull,
               a.attidentity, a.attgenerated, pg_get_expr(d.adbin, d.adrelid), a.attcollation::regcollation::text
        from pg_class c
        join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
        left join pg_attrdef d on d.adrelid = c.oid and d.adnum = a.attnum
        where c.relnamespace = 'litso'::regnamespace order by 1, 4""",
    "constraints": """
        select conrelid::regclass::text, conname, contype, pg_get_constraintdef(oid), convalidated
        from pg_constraint where connamespace = 'litso'::regnamespace order by 1, 2""",
    "indexes": "select tablename, indexname, indexdef from pg_indexes where schemaname = 'litso' order by 1, 2",
    "functions": """
        select proname, pg_get_functiondef(oid) from pg_proc where pronamespace = 'litso'::regnamespace order by 1""",
    "triggers": """
        select t.tgname, pg_get_triggerdef(t.oid) from pg_trigger t join pg_class c on c.oid = t.tgrelid
        where c.relnamespace = 'litso'::regnamespace and not t.tgisinternal order by 1""",
    "extensions": "select extname, extnamespace::regnamespace::text from pg_extension order by 1",
}


def catalog(url: str) -> dict[str, list[tuple[object, ...]]]:
    with connect(url) as connection:
        return {name: connection.execute(query.encode()).fetchall() for name, query in CATALOGS.items()}


def run_schema(url: str) -> None:
    with connect(url) as connection:
        connection.execute(files("litso.store").joinpath("schema.sql").read_bytes())


@pytest.fixture(scope="module", params=["default", *SYSTEM], ids=str)
def any_server(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The embedded server, and each PostgreSQL of the system."""
    if request.param == "default":
        yield request.getfixturevalue("server_url")
        return
    with running_server(tmp_path_factory.mktemp("system"), binaries=request.param, overrides=QUICK) as url:
        yield url


def test_migrations_make_the_database_of_schema_sql(any_server: str) -> None:
    with cloned_database(any_server, "template0") as migrated, cloned_database(any_server, "template0") as written:
        migrate(migrated)
        run_schema(written)
        made, wanted = catalog(migrated), catalog(written)
    for name in CATALOGS:
        assert made[name] == wanted[name]
    assert any(row[0] == "source_record" for row in made["columns"])
    assert any(row[1] == "golden_search" for row in made["indexes"])


def test_migrate_again_applies_nothing(any_server: str) -> None:
    with cloned_database(any_server, "template0") as url:
        assert [step.version for step in migrate(url)] == [step.version for step in migrations()]
        assert migrate(url) == []


STEPS = [
    Migration(1, "one", "create table one (id integer); create table two (id integer);"),
    Migration(2, "two", "alter table one add column name text;"),
]


def test_later_migrations_are_applied_in_order(server_url: str) -> None:
    with cloned_database(server_url, "template0") as url:
        assert migrate(url, STEPS[:1]) == STEPS[:1]
        assert migrate(url, STEPS) == STEPS[1:]
        with connect(url) as connection:
            assert store_version(connection) == 2


def test_a_failed_migration_leaves_nothing(server_url: str) -> None:
    broken = Migration(2, "broken", "create table three (id integer); select no_such_function();")
    with cloned_database(server_url, "template0") as url:
        with pytest.raises(Misconfigured, match=r"migration 2 \(broken\)"):
            migrate(url, [STEPS[0], broken])
        with connect(url) as connection:
            assert store_version(connection) == 1
            assert connection.execute("select to_regclass('litso.three')").fetchone() == (None,)
        assert migrate(url, STEPS) == STEPS[1:]


def test_a_newer_store_is_refused(server_url: str) -> None:
    with cloned_database(server_url, "template0") as url:
        migrate(url, STEPS)
        with pytest.raises(Misconfigured, match="version 2, this program knows 1"):
            migrate(url, STEPS[:1])


def test_a_changed_migration_is_refused(server_url: str) -> None:
    with cloned_database(server_url, "template0") as url:
        migrate(url, STEPS[:1])
        with pytest.raises(Misconfigured, match="migration 1"):
            migrate(url, [STEPS[0]._replace(text="create table other (id integer);")])


def test_a_store_without_migrations_is_refused_by_name(server_url: str, store: Store) -> None:
    with store.transaction() as connection:
        check_version(connection)
    with (
        cloned_database(server_url, "template0") as url,
        connect(url) as connection,
        pytest.raises(Misconfigured, match="litso init"),
    ):
        check_version(connection)

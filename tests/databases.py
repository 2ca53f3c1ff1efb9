"""Databases for tests: one server a run, one database a worker, empty for each test."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final
from uuid import uuid4

import pytest
from psycopg import sql

from litso.settings import load_settings
from litso.store.database import Connection, Store, connect, with_database
from litso.store.embedded import running_server
from litso.store.locks import MIGRATION, hold
from litso.store.migrate import migrate

QUICK: Final = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "shared_buffers": "128MB"}
"""Settings of a server whose data nobody will miss."""

_TEMPLATE: Final = "litso_template"


def template_database(server_url: str) -> str:
    """Name of the server's migrated template, made by whichever worker comes first."""
    with connect(server_url, autocommit=True) as connection, hold(connection, MIGRATION, 1):
        if connection.execute("select 1 from pg_database where datname = %s", [_TEMPLATE]).fetchone() is None:
            connection.execute("create database litso_template_new")
            migrate(with_database(server_url, "litso_template_new"))
            connection.execute("alter database litso_template_new rename to litso_template")
    return _TEMPLATE


@contextmanager
def cloned_database(server_url: str, template: str) -> Iterator[str]:
    """URL of a new database cloned from the template, dropped at the end."""
    name = f"test_{uuid4().hex}"
    with connect(server_url, autocommit=True) as connection:
        clone = sql.SQL("create database {} template {}")
        connection.execute(clone.format(sql.Identifier(name), sql.Identifier(template)))
    try:
        yield with_database(server_url, name)
    finally:
        with connect(server_url, autocommit=True) as connection:
            connection.execute(sql.SQL("drop database {} with (force)").format(sql.Identifier(name)))


def empty(url: str) -> None:
    """Delete every row, whoever still holds it: much quicker than another clone."""
    with connect(url) as connection:
        connection.execute(
            "select pg_terminate_backend(pid) from pg_stat_activity"
            " where datname = current_database() and pid <> pg_backend_pid()"
        )
        connection.execute("set session_replication_role = replica")  # no row is left to refer to another
        for table in _tables(connection):
            connection.execute(sql.SQL("delete from {}").format(sql.Identifier(table)))


def _tables(connection: Connection) -> list[str]:
    query = "select tablename from pg_tables where schemaname = 'litso' and tablename <> 'schema_migration'"
    return [row[0] for row in connection.execute(query)]


@pytest.fixture(scope="session")
def server_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """An embedded PostgreSQL, shared by all workers of the run: the last one to go stops it.

    LITSO_POSTGRES_BIN runs the tests on another version.
    """
    base = tmp_path_factory.getbasetemp()
    home = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base
    with running_server(home / "server", binaries=load_settings().postgres_bin, overrides=QUICK) as url:
        yield url


@pytest.fixture(scope="session")
def template(server_url: str) -> str:
    """Name of a migrated database without rows."""
    return template_database(server_url)


@pytest.fixture(scope="session")
def worker_database(server_url: str, template: str) -> Iterator[str]:
    """URL of the database that the tests of one worker use one after another."""
    with cloned_database(server_url, template) as url:
        yield url


@pytest.fixture
def database_url(worker_database: str) -> Iterator[str]:
    """A migrated database without rows. A test that changes tables themselves takes `cloned_database` instead."""
    yield worker_database
    empty(worker_database)


@pytest.fixture
def store(database_url: str) -> Iterator[Store]:
    """The store on a fresh database."""
    opened = Store(database_url, most=8)
    opened.open()
    yield opened
    opened.close()


@pytest.fixture
def connection(store: Store) -> Iterator[Connection]:
    """One transaction on a fresh database, committed at the end of the test."""
    with store.transaction() as opened:
        yield opened

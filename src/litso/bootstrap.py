"""Composition root: the only module that chooses adapters."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from litso.settings import Settings
from litso.store import loads
from litso.store.database import Store, ensure_database
from litso.store.embedded import running_server
from litso.store.migrate import check_version, migrate


@contextmanager
def database_url(settings: Settings) -> Iterator[str]:
    """URL of the database: the server of the settings, else the embedded one, which runs as long as the context."""
    if settings.database_url is not None:
        yield settings.database_url
        return
    with running_server(settings.home, binaries=settings.postgres_bin) as server:
        yield ensure_database(server, "litso")


@contextmanager
def open_store(settings: Settings) -> Iterator[Store]:
    """The store, ready for work; an embedded one is created and migrated by itself, another by `litso init`.

    Loads whose program was killed are marked as failed first.
    """
    with database_url(settings) as url:
        if settings.database_url is None:
            migrate(url)
        store = Store(url)
        store.open()
        try:
            with store.transaction() as connection:
                check_version(connection)
                loads.fail_interrupted(connection)
            yield store
        finally:
            store.close()

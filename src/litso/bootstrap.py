"""Composition root: the only module that chooses adapters."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from litso.enrich.port import Enricher
from litso.errors import Misconfigured
from litso.settings import Settings
from litso.sources.enrichers import DADATA, SPARK, DadataEnricher, SparkEnricher
from litso.store import loads, users
from litso.store.database import Store, connect, ensure_database, translated
from litso.store.embedded import running_server
from litso.store.migrate import check_version, migrate, store_version
from litso.usecases import registers
from litso.usecases.backup import Manifest, Progress, restore


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
            registers.use(settings.home)
            yield store
        finally:
            store.close()


def restore_store(
    settings: Settings, folder: Path, progress: Progress, *, replace: bool = False, without_keys: bool = False
) -> Manifest:
    """Make the store of the settings what a copy says: see `litso.usecases.backup`."""
    with database_url(settings) as url:
        return restore(url, settings, folder, progress, replace=replace, without_keys=without_keys)


def enricher_of(settings: Settings) -> Enricher:
    """The service that tells of companies; Misconfigured names the setting that is missing or wrong."""
    known: dict[str, type[DadataEnricher] | type[SparkEnricher]] = {DADATA: DadataEnricher, SPARK: SparkEnricher}
    if settings.enricher is None:
        raise Misconfigured(f"LITSO_ENRICHER is not set: no service is called; it is one of {', '.join(known)}")
    if settings.enricher not in known:
        raise Misconfigured(f"LITSO_ENRICHER must be one of {', '.join(known)}")
    if settings.enricher_url is None or settings.enricher_key_file is None:
        raise Misconfigured("LITSO_ENRICHER needs LITSO_ENRICHER_URL and LITSO_ENRICHER_KEY_FILE")
    try:
        key = settings.enricher_key_file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        raise Misconfigured("LITSO_ENRICHER_KEY_FILE: the file cannot be read") from None
    return known[settings.enricher](settings.enricher_url, key)


class SetUp(NamedTuple):
    """What `litso init` did: migrations applied, version of the store, a one-time token unless users exist."""

    applied: list[int]
    version: int
    token: str | None


def set_up_store(settings: Settings, *, new_token: bool = False) -> SetUp:
    """Create or migrate the store, and issue an administrator token when nobody can sign in or one is wanted."""
    with database_url(settings) as url:
        applied = [step.version for step in migrate(url)]
        with translated(), connect(url) as connection:
            wanted = new_token or not users.any_active(connection)
            token = users.issue_token(connection) if wanted else None
            return SetUp(applied, store_version(connection), token)

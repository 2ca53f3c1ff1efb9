"""Registered sources."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from litso.domain.territory import Territory
from litso.errors import NotFound
from litso.store.database import Connection, row_of, rows_of
from litso.store.queries import statements


class Source(NamedTuple):
    """A source and its mapping. `priority` is higher for a more trusted source; `brand` is the legal entity whose
    customers it holds; `region` and `city` are where its records live that name no place."""

    name: str
    title: str
    party: str
    priority: int
    brand: str
    region: str
    city: str
    mapping: str
    created_at: datetime
    updated_at: datetime


def register(
    connection: Connection,
    *,
    name: str,
    title: str,
    party: str,
    priority: int,
    mapping: str,
    brand: str = "",
    territory: Territory | None = None,
) -> bool:
    """Register a source or change it; False when nothing changed."""
    place = territory or Territory()
    parameters = {
        "name": name, "title": title, "party": party, "priority": priority, "mapping": mapping, "brand": brand,
        "region": place.region or "", "city": place.city or "",
    }  # fmt: skip
    return connection.execute(statements("sources")["register"], parameters).rowcount == 1


def find(connection: Connection, name: str) -> Source | None:
    """The source of this name, if registered."""
    return row_of(connection, Source, statements("sources")["find"], {"name": name})


def get(connection: Connection, name: str) -> Source:
    """The source of this name; NotFound names it."""
    found = find(connection, name)
    if found is None:
        raise NotFound(f"source {name!r} is not registered: litso source add MAPPING.yaml")
    return found


def titles(connection: Connection) -> dict[str, str]:
    """Titles of the sources by name; one without a title is called by its name."""
    return dict(connection.execute(statements("sources")["titles"]).fetchall())


def list_all(connection: Connection) -> list[Source]:
    """Every source, by name."""
    return rows_of(connection, Source, statements("sources")["list_all"])

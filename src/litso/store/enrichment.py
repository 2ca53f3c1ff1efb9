"""Organizations to ask an enricher about."""

from __future__ import annotations

from datetime import datetime

from litso.store.database import Connection
from litso.store.queries import statements


def waiting(connection: Connection, source: str, *, since: datetime, limit: int | None = None) -> list[tuple[str, str]]:
    """(ИНН, party id) of organizations of which the source has no row received since, by ИНН.

    Branches share an ИНН: the party with the most records speaks for them.
    """
    parameters = {"source": source, "since": since, "limit": limit}
    return [(inn, party) for inn, party in connection.execute(statements("enrichment")["waiting"], parameters)]

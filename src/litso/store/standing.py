"""How the installation stands, as the store knows it: rows for metrics and for readiness."""

from __future__ import annotations

from typing import Any

from litso.store.database import Connection, scalar
from litso.store.queries import statements


def limit_time(connection: Connection, seconds: float) -> None:
    """Statements of this transaction end when they take longer."""
    connection.execute(statements("standing")["limit_time"], {"milliseconds": round(seconds * 1000)})


def read(connection: Connection, what: str) -> list[tuple[Any, ...]]:
    """Rows of one of the questions of sql/standing.sql: labels, then figures."""
    return connection.execute(statements("standing")[what]).fetchall()


def overdue_seconds(connection: Connection) -> float:
    """For how long the first job that is due has waited for a worker."""
    return float(scalar(connection, statements("standing")["overdue"]))

"""PostgreSQL's notifications: who listens is woken by a commit, with no polling."""

from __future__ import annotations

from collections.abc import Sequence

from psycopg import sql

from litso.store.database import Connection


def listen(connection: Connection, channels: Sequence[str]) -> None:
    """From now on hear the channels on this connection, which is in no transaction (`Store.session`)."""
    for channel in channels:
        connection.execute(sql.SQL("listen {}").format(sql.Identifier(channel)))


def heard(connection: Connection, seconds: float) -> set[str]:
    """Channels that were notified; returns at the first of them, or empty after `seconds`."""
    return {one.channel for one in connection.notifies(timeout=seconds, stop_after=1)}

"""Sources that run by themselves: connect one, look whether it can be read, pause it, resume it, see how it does."""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import NamedTuple

from litso.errors import BadUsage, Conflict, Forbidden, Misconfigured, NotFound
from litso.settings import Settings
from litso.sources.connectors.config import Connection as Described
from litso.sources.connectors.config import parse_connection
from litso.sources.connectors.port import Found
from litso.sources.mapping import Mapping
from litso.store import audit, connections, sources
from litso.store.connections import Run, SourceConnection
from litso.store.database import Connection, Store
from litso.usecases.access import Actor, demand
from litso.usecases.collecting import mapping_of


class Connected(NamedTuple):
    """What connecting did. anew: it will be read from the beginning."""

    source: str
    kind: str
    is_scheduled: bool
    anew: bool


@dataclass(frozen=True, slots=True)
class ConnectionPage:
    """A source that runs by itself, and its last runs. behind: seconds since it was last read to its end, if ever."""

    connection: SourceConnection
    runs: tuple[Run, ...]
    behind: float | None


def connect(store: Store, text: str, origin: str, *, from_start: bool = False, connected_by: str = "cli") -> Connected:
    """Let a source run by itself as its connection file says, or change how it does.

    Another place is read from the beginning; `from_start` forgets which files were loaded, too. Raises Misconfigured
    for what is wrong in the file, NotFound when the source is not registered.
    """
    described = parse_connection(text, origin)
    with store.transaction() as connection:
        sources.get(connection, described.source)
        former = connections.find(connection, described.source)
        anew = former is None or from_start or _place(former) != described.place
        connections.put(
            connection,
            source=described.source,
            kind=described.kind,
            spec=described.text,
            is_scheduled=described.schedule is not None,
            anew=anew,
            forget=from_start,
            created_by=connected_by,
        )
        audit.write(connection, actor=connected_by, action="source.connect", object=f"source {described.source}")
    return Connected(described.source, described.kind, described.schedule is not None, anew)


def connect_by_program(
    store: Store, settings: Settings, actor: Actor, text: str, *, from_start: bool = False
) -> SourceConnection:
    """As `connect`, by the API: BadUsage for what is wrong in it, Forbidden where the machine does not allow it."""
    demand(actor, "connect_sources")
    if not settings.connect_by_api:
        raise Forbidden(
            "sources are connected at the machine (litso source connect) unless LITSO_CONNECT_BY_API is yes"
        )
    try:
        made = connect(store, text, "content", from_start=from_start, connected_by=actor.name)
    except Misconfigured as error:
        raise BadUsage(str(error)) from None
    with store.transaction() as connection:
        return connections.get(connection, made.source)


def _place(former: SourceConnection) -> str:
    return parse_connection(former.spec, f"connection of {former.source}").place


def disconnect(store: Store, source: str, author: str) -> None:
    """Let a source run by itself no more; its records stay. NotFound when it does not."""
    with store.transaction() as connection:
        connections.get(connection, source)
        connections.remove(connection, source)
        audit.write(connection, actor=author, action="source.disconnect", object=f"source {source}")


def check(store: Store, source: str) -> Found:
    """Look whether a connected source can be read, and what it has; writes nothing."""
    with store.transaction() as connection:
        found = connections.get(connection, source)
        mapping = mapping_of(connection, source)
    return look(parse_connection(found.spec, f"connection of {source}"), mapping)


def look(described: Described, mapping: Mapping) -> Found:
    """Look at a source that is described, whether or not it is connected."""
    with closing(described.settings.open(mapping)) as connector:
        return connector.check()


def pause(store: Store, source: str, author: str) -> SourceConnection:
    """Run the source no more until it is resumed; a run that goes on is ended first."""
    with store.transaction() as connection:
        found = connections.get(connection, source)
        if found.status == connections.STOPPED:
            raise Conflict(f"source {source!r} is stopped already")
        connections.set_status(connection, source, connections.PAUSED, f"Приостановил: {author}.")
        audit.write(connection, actor=author, action="source.pause", object=f"source {source}")
        return connections.get(connection, source)


def resume(store: Store, source: str, author: str) -> SourceConnection:
    """Run the source again, from where it was: alarms are closed, what changed in its columns is accepted."""
    with store.transaction() as connection:
        found = connections.get(connection, source)
        described = parse_connection(found.spec, f"connection of {source}")
        connections.accept(connection, source)
        connections.set_status(connection, source, connections.ACTIVE)
        if described.schedule:
            connections.hasten(connection, source)
        audit.write(connection, actor=author, action="source.resume", object=f"source {source}")
        return connections.get(connection, source)


def ask(store: Store, source: str, author: str) -> SourceConnection:
    """Let a worker run a source now, whatever its schedule. Conflict when it is not active."""
    with store.transaction() as connection:
        found = connections.get(connection, source)
        if found.status != connections.ACTIVE:
            raise Conflict(f"source {source!r} is {found.status}")
        connections.hasten(connection, source)
        audit.write(connection, actor=author, action="source.run", object=f"source {source}")
        return connections.get(connection, source)


def list_connections(connection: Connection, actor: Actor) -> list[SourceConnection]:
    """Every source that runs by itself, by name."""
    demand(actor, "read_sources")
    return connections.list_all(connection)


def get_connection(connection: Connection, actor: Actor, source: str) -> ConnectionPage:
    """How a source does that runs by itself; NotFound when it does not."""
    found = read_connection(connection, actor, source)
    if found is None:
        raise NotFound(f"source {source!r} is not connected")
    return found


def read_connection(connection: Connection, actor: Actor, source: str) -> ConnectionPage | None:
    """How a source does that runs by itself; None when it does not."""
    demand(actor, "read_sources")
    return page_of(connection, source)


def page_of(connection: Connection, source: str) -> ConnectionPage | None:
    """How a source does, for whoever stands at the machine."""
    found = connections.find(connection, source)
    if found is None:
        return None
    behind = (datetime.now(UTC) - found.arrived_at).total_seconds() if found.arrived_at else None
    return ConnectionPage(found, tuple(connections.runs(connection, source)), behind)

"""Messages of websites and apps: those taken, last values of traits, ids that are one user's, and events as facts."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final, NamedTuple

from psycopg.types.json import Jsonb

from litso.errors import Conflict, NotFound
from litso.store.database import Connection, row_of, rows_of, scalar
from litso.store.queries import statements

KEPT: Final = timedelta(days=30)
"""How long a message id is remembered; events of an older one are still not taken twice."""


class Trait(NamedTuple):
    """The last value of a trait: null when it was taken back."""

    owner: str
    name: str
    value: Any
    at: datetime
    message_id: str


class Link(NamedTuple):
    """`user_id` was seen on the device, or had the id, that `alias` names; first at `since`. case_id: of the question
    that was put to stewards, where both are known."""

    link_id: int
    source: str
    alias: str
    user_id: str
    since: datetime
    said_by: str
    said_at: datetime
    case_id: int | None
    undone_by: str | None
    undone_at: datetime | None


class Event(NamedTuple):
    """What somebody did. key: its message id; owner: user id or `anonymous:…`; kind: track, page, screen or group."""

    key: str
    owner: str
    at: datetime
    kind: str
    title: str
    values: Mapping[str, Any]


def lock(connection: Connection, source: str, *, shared: bool) -> None:
    """Until the end of the transaction, keep others from changing who is who in a source; alone unless `shared`."""
    connection.execute(statements("intake")["lock_shared" if shared else "lock"], {"source": source})


def receive(connection: Connection, source: str, ids: Sequence[str]) -> set[str]:
    """Write down messages; answers those that were not taken before."""
    rows = connection.execute(statements("intake")["receive"], {"source": source, "ids": list(ids)}).fetchall()
    return {row[0] for row in rows}


def sweep(connection: Connection) -> int:
    """Forget the ids of old messages; answers how many."""
    return connection.execute(statements("intake")["sweep"], {"kept": KEPT}).rowcount


def put_traits(connection: Connection, source: str, traits: Sequence[Trait]) -> None:
    """Write values that are not older than those known."""
    rows = [{"source": source, **one._asdict(), "value": Jsonb(one.value)} for one in traits]
    if rows:
        with connection.cursor() as cursor:
            cursor.executemany(statements("intake")["put_trait"], rows)


def put_link(connection: Connection, source: str, alias: str, user_id: str, since: datetime, said_by: str) -> None:
    """Write that a user was seen on a device; a link that was undone stays undone."""
    row = {"source": source, "alias": alias, "user_id": user_id, "since": since, "said_by": said_by}
    connection.execute(statements("intake")["put_link"], row)


def links_of(connection: Connection, source: str, ids: Sequence[str]) -> list[Link]:
    """Links that stand, of these ids on either side."""
    return rows_of(connection, Link, statements("intake")["links_of"], {"source": source, "ids": list(ids)})


def links(
    connection: Connection, *, source: str | None, owner: str | None, before: int | None, limit: int
) -> list[Link]:
    """Links of a source, of an id or all, undone ones too, the latest first."""
    parameters = {"source": source, "owner": owner, "before": before, "limit": limit}
    return rows_of(connection, Link, statements("intake")["links"], parameters)


def get_link(connection: Connection, link_id: int) -> Link:
    """One link; NotFound when there is none."""
    found = row_of(connection, Link, statements("intake")["get_link"], {"link_id": link_id})
    if found is None:
        raise NotFound(f"link {link_id} does not exist")
    return found


def set_case(connection: Connection, link_id: int, case_id: int | None) -> None:
    """Write which question a link gave rise to."""
    connection.execute(statements("intake")["set_case"], {"link_id": link_id, "case_id": case_id})


def undo_link(connection: Connection, link_id: int, undone_by: str) -> None:
    """Take a link back; Conflict when it is undone already."""
    row = {"link_id": link_id, "undone_by": undone_by}
    if connection.execute(statements("intake")["undo_link"], row).rowcount == 0:
        raise Conflict(f"link {link_id} is undone already")


def traits_of(connection: Connection, source: str, owners: Sequence[str]) -> list[Trait]:
    """Traits of users, devices and groups, of each owner the oldest value first."""
    parameters = {"source": source, "owners": list(owners)}
    return rows_of(connection, Trait, statements("intake")["traits_of"], parameters)


def put_events(connection: Connection, source: str, load_id: int, events: Sequence[Event]) -> None:
    """Write events as facts; those of ids that no record is known of wait."""
    rows = [
        {
            "key": one.key,
            "at": one.at.isoformat(),
            "title": one.title,
            "data": {**_texts(one.values), "owner": one.owner, "message": one.kind},
        }
        for one in events
    ]
    parameters = {"source": source, "load_id": load_id, "rows": Jsonb(rows)}
    connection.execute(statements("intake")["put_events"], parameters)


def _texts(values: Mapping[str, Any]) -> dict[str, str]:
    """Values as texts, as the details of all facts are."""
    return {
        name: value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
        for name, value in values.items()
        if value is not None
    }


def attach(connection: Connection, source: str, owners: Sequence[str]) -> int:
    """Hang events of these owners on records as links and records are now; answers how many hang elsewhere now."""
    parameters = {"source": source, "owners": list(owners)}
    return connection.execute(statements("intake")["attach"], parameters).rowcount


def count_waiting(connection: Connection, source: str) -> int:
    """Events of ids that no record is known of."""
    return int(scalar(connection, statements("intake")["count_waiting"], {"source": source}))

"""Consumers of the change feed: what each may see and wants, how it is reached, and how far it has come.

A consumer has one cursor. Whoever delivers to it holds a lock of its connection and an epoch; a former deliverer, or
one whose consumer was paused or sent back meanwhile, writes nothing any more.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final, NamedTuple

from litso.domain.scope import Scope
from litso.errors import Conflict, NotFound
from litso.store import changes
from litso.store.database import Connection, row_of, rows_of, scalar
from litso.store.queries import statements
from litso.store.sealing import Box
from litso.store.users import limits_of

PULL: Final = "pull"
WEBHOOK: Final = "webhook"
NATS: Final = "nats"
KAFKA: Final = "kafka"
FILES: Final = "files"
BROKERS: Final = (NATS, KAFKA)
DELIVERIES: Final = (PULL, WEBHOOK, NATS, KAFKA, FILES)

ACTIVE: Final = "active"
PAUSED: Final = "paused"
STOPPED: Final = "stopped"

LOG_KEPT: Final = timedelta(days=90)


class Consumer(NamedTuple):
    """A consuming service.

    lag: events that are not dealt with yet, before its filters; oldest_at: when the first of them happened.
    """

    consumer_id: int
    name: str
    purpose: str
    fields: list[str]
    kinds: list[str]
    sources: list[str]
    attributes: list[str]
    territories: list[str]
    brands: list[str]
    classes: list[str]
    delivery: str
    address: str
    status: str
    after: int
    beyond: list[int]
    epoch: int
    failures: int
    failing_since: datetime | None
    retry_at: datetime | None
    delivered: int
    delivered_at: datetime | None
    created_by: str
    created_at: datetime
    lag: int
    oldest_at: datetime | None

    @property
    def scope(self) -> Scope:
        """What the consumer may be told."""
        return Scope(tuple(self.territories), tuple(self.brands), tuple(self.classes))


class Entry(NamedTuple):
    """Something that happened to a consumer."""

    at: datetime
    what: str
    author: str
    change_id: int | None
    told: str


def add(
    connection: Connection,
    *,
    name: str,
    purpose: str,
    fields: Sequence[str],
    kinds: Sequence[str],
    sources: Sequence[str],
    attributes: Sequence[str],
    scope: Scope,
    delivery: str,
    address: str,
    after: int,
    created_by: str,
) -> int:
    """Add a consumer; answers its id. Conflict when the name is taken."""
    row = {
        "name": name,
        "purpose": purpose,
        "fields": list(fields),
        "kinds": list(kinds),
        "sources": list(sources),
        "attributes": list(attributes),
        **limits_of(scope),
        "delivery": delivery,
        "address": address,
        "after": after,
        "created_by": created_by,
    }
    made = connection.execute(statements("consumers")["add"], row).fetchone()
    if made is None:
        raise Conflict("there is a consumer of this name already")
    tell(connection)
    return int(made[0])


def tell(connection: Connection) -> None:
    """Let workers look at the consumers anew when this is committed."""
    connection.execute(statements("changes")["tell"])


def list_all(connection: Connection) -> list[Consumer]:
    """Every consumer, by name."""
    return rows_of(connection, Consumer, statements("consumers")["list_all"])


def get(connection: Connection, name: str) -> Consumer:
    """One consumer; NotFound when there is none."""
    found = row_of(connection, Consumer, statements("consumers")["find"], {"name": name})
    if found is None:
        raise NotFound("there is no consumer of this name")
    return found


def pushed(connection: Connection) -> list[tuple[int, str]]:
    """(id, name) of active consumers that do not come by themselves."""
    return [(row[0], row[1]) for row in connection.execute(statements("consumers")["pushed"]).fetchall()]


# Delivery -------------------------------------------------------------------------------------------------------


def take(connection: Connection, consumer_id: int) -> int:
    """Begin to deliver to a consumer; answers the epoch by which this deliverer is known."""
    return int(scalar(connection, statements("consumers")["take"], {"consumer_id": consumer_id}))


def state(connection: Connection, consumer_id: int, epoch: int) -> Consumer | None:
    """The consumer as its deliverer has to go on; None when it is somebody else's, paused, stopped or gone.

    `lag` and `oldest_at` are not counted.
    """
    parameters = {"consumer_id": consumer_id, "epoch": epoch}
    return row_of(connection, Consumer, statements("consumers")["state"], parameters)


def advance(
    connection: Connection, consumer_id: int, epoch: int, after: int, beyond: Sequence[int] = (), count: int = 0
) -> bool:
    """Everything up to `after` and the events `beyond` are dealt with, `count` of them delivered just now.

    False for a former deliverer.
    """
    row = {"consumer_id": consumer_id, "epoch": epoch, "after": after, "beyond": list(beyond), "count": count}
    return connection.execute(statements("consumers")["advance"], row).rowcount == 1


def falter(
    connection: Connection,
    consumer_id: int,
    epoch: int,
    after: int,
    beyond: Sequence[int],
    count: int,
    delay: timedelta,
) -> bool:
    """A delivery failed: everything up to `after` and the events `beyond` are dealt with, try again after `delay`."""
    row = {"consumer_id": consumer_id, "epoch": epoch, "after": after, "beyond": list(beyond), "count": count}
    return connection.execute(statements("consumers")["falter"], {**row, "delay": delay}).rowcount == 1


def stop(connection: Connection, consumer_id: int, epoch: int) -> bool:
    """Deliver no more until somebody resumes the consumer."""
    row = {"consumer_id": consumer_id, "epoch": epoch}
    return connection.execute(statements("consumers")["stop"], row).rowcount == 1


def pulled(connection: Connection, consumer_id: int, after: int, count: int) -> None:
    """A consumer that comes by itself has dealt with everything up to `after` and was given `count` more events."""
    row = {"consumer_id": consumer_id, "after": after, "count": count}
    connection.execute(statements("consumers")["pulled"], row)


# Acts of people -------------------------------------------------------------------------------------------------


def set_status(connection: Connection, consumer_id: int, status: str) -> None:
    """Pause or resume a consumer."""
    connection.execute(statements("consumers")["set_status"], {"consumer_id": consumer_id, "status": status})
    tell(connection)


def limit(connection: Connection, consumer_id: int, scope: Scope) -> None:
    """Limit what a consumer is told from now on."""
    connection.execute(statements("consumers")["limit"], {"consumer_id": consumer_id, **limits_of(scope)})


def replay(connection: Connection, consumer_id: int, after: int) -> None:
    """Send a consumer to another place of the feed."""
    connection.execute(statements("consumers")["replay"], {"consumer_id": consumer_id, "after": after})
    tell(connection)


def remove(connection: Connection, consumer_id: int) -> None:
    """Forget a consumer with its secrets and its log."""
    connection.execute(statements("consumers")["remove"], {"consumer_id": consumer_id})
    tell(connection)


def last_change(connection: Connection) -> int:
    """The last event of the feed: who begins here is told of nothing that was before."""
    return changes.last_id(connection)


# Secrets --------------------------------------------------------------------------------------------------------


def add_secret(connection: Connection, box: Box, consumer_id: int, secret: bytes, grace: timedelta) -> None:
    """Give a consumer a secret, sealed; former ones stay valid for a while, so that it can be told at leisure."""
    connection.execute(statements("consumers")["sweep_secrets"], {"consumer_id": consumer_id})
    connection.execute(statements("consumers")["expire_secrets"], {"consumer_id": consumer_id, "grace": grace})
    row = {"consumer_id": consumer_id, "secret": box.seal(secret, _place(consumer_id))}
    connection.execute(statements("consumers")["add_secret"], row)


def secrets(connection: Connection, box: Box, consumer_id: int) -> list[bytes]:
    """The valid secrets, the newest first."""
    found = connection.execute(statements("consumers")["secrets"], {"consumer_id": consumer_id}).fetchall()
    return [box.open(bytes(row[0]), _place(consumer_id)) for row in found]


def _place(consumer_id: int) -> str:
    return f"consumer {consumer_id}"


# The log --------------------------------------------------------------------------------------------------------


def log(
    connection: Connection,
    consumer_id: int,
    what: str,
    *,
    author: str = "",
    change_id: int | None = None,
    told: str = "",
) -> None:
    """Write down what happened to a consumer; `told` holds no personal data."""
    row = {"consumer_id": consumer_id, "what": what, "author": author, "change_id": change_id, "told": told}
    connection.execute(statements("consumers")["log"], row)


def read_log(connection: Connection, consumer_id: int, *, limit: int = 50) -> list[Entry]:
    """What happened to a consumer, the latest first."""
    parameters = {"consumer_id": consumer_id, "limit": limit}
    return rows_of(connection, Entry, statements("consumers")["read_log"], parameters)


def sweep_log(connection: Connection) -> int:
    """Forget what happened long ago; answers how many entries."""
    return connection.execute(statements("consumers")["sweep_log"], {"kept": LOG_KEPT}).rowcount

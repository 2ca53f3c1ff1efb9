"""Consuming services: attach one, try it, pause it, send it back in the feed, and hand out events to those that come.

A consumer is told of golden values of its fields alone, each of them for the purpose that was written down when it was
attached; every event with such values is in the audit before it leaves.
"""

from __future__ import annotations

import re
import time
from collections.abc import Sequence
from contextlib import closing
from datetime import UTC, datetime, timedelta
from typing import Any, Final, NamedTuple

import msgspec

from litso.channels import signatures
from litso.channels.carriers import Carried, Carrier, demand_broker, opened
from litso.channels.outward import Answer, Outward, address_of, target_of
from litso.domain.record import CUSTOM_PREFIX
from litso.domain.scope import EVERYTHING, Scope
from litso.errors import BadUsage, Conflict, Forbidden
from litso.golden.policy import ADDRESS_PARTS, LIST_ATTRIBUTES, SINGLE_ATTRIBUTES
from litso.settings import Settings
from litso.store import audit, consumers, sources, users
from litso.store.consumers import Consumer
from litso.store.database import Connection, Store
from litso.store.sealing import is_available, load_box
from litso.telemetry import traces
from litso.usecases.access import CONSUMER, Actor, demand
from litso.usecases.feed import SOURCE, Page, Selection, read_page
from litso.usecases.limiting import standard_scope
from litso.usecases.masking import class_of

FIELDS: Final = tuple(name for name in (*SINGLE_ATTRIBUTES, *ADDRESS_PARTS, *LIST_ATTRIBUTES) if name != "house_key")
"""Golden attributes that a consumer may be given, besides custom ones."""
KINDS: Final = ("person", "organization")
GRACE: Final = timedelta(days=1)
"""How long a former secret stays valid beside the new one."""
CONTENT_TYPE: Final = "application/cloudevents+json; charset=utf-8"
SECONDS: Final = 15.0
"""How long a webhook may take to answer."""

_NAME: Final = re.compile(r"[a-z0-9][a-z0-9-]{1,62}")
_TOKEN: Final = "consumer "
_LONGEST_PURPOSE: Final = 500
_LONGEST_CREDENTIALS: Final = 1000


class Wanted(NamedTuple):
    """A consumer as somebody attaches it.

    from_start: whether it is told of all that ever happened. credentials: `user:password` of a broker; they are
    sealed. scope: limits.
    """

    name: str
    purpose: str
    delivery: str = consumers.PULL
    address: str = ""
    fields: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    attributes: tuple[str, ...] = ()
    from_start: bool = False
    scope: Scope = EVERYTHING
    credentials: str = ""


class Attached(NamedTuple):
    """A new consumer and its secret, which is shown once: a token for one that comes, a signing key for a webhook, none
    for a broker or files."""

    consumer: Consumer
    secret: str


def selection_of(consumer: Consumer) -> Selection:
    """What a consumer may see and wants: nothing of classes beyond its limits, whatever was asked for."""
    fields, attributes = (
        tuple(name for name in names if _shows(consumer.scope, name))
        for names in (consumer.fields, consumer.attributes)
    )
    return Selection(fields, tuple(consumer.kinds), tuple(consumer.sources), attributes, consumer.scope)


def _shows(scope: Scope, attribute: str) -> bool:
    of = class_of(attribute)
    return of is None or scope.shows(of)


# Acts of people -------------------------------------------------------------------------------------------------


def attach(store: Store, settings: Settings, actor: Actor, wanted: Wanted) -> Attached:
    """Add a consumer; BadUsage says what is wrong with it, Conflict that the name is taken."""
    demand(actor, "manage_consumers")
    _check(settings, wanted)
    _check_classes(wanted.scope, (*wanted.fields, *wanted.attributes))
    with store.transaction() as connection:
        unknown = set(wanted.sources) - {source.name for source in sources.list_all(connection)}
        if unknown:
            raise BadUsage(f"there is no source {', '.join(sorted(unknown))}")
        audit.acting(connection, actor.name)
        number = consumers.add(
            connection,
            name=wanted.name,
            purpose=wanted.purpose.strip(),
            fields=wanted.fields,
            kinds=wanted.kinds,
            sources=wanted.sources,
            attributes=wanted.attributes,
            scope=standard_scope(wanted.scope),
            delivery=wanted.delivery,
            address=wanted.address,
            after=0 if wanted.from_start else consumers.last_change(connection),
            created_by=actor.name,
        )
        consumers.log(connection, number, "added", author=actor.name)
        return Attached(consumers.get(connection, wanted.name), _new_secret(connection, settings, number, wanted))


def _check_classes(scope: Scope, attributes: Sequence[str]) -> None:
    """BadUsage when a consumer is to be told what is beyond its limits."""
    if beyond := [name for name in attributes if not _shows(scope, name)]:
        raise BadUsage(f"{beyond[0]} is of the class {class_of(beyond[0])}, which is beyond the limits of the consumer")


def _check(settings: Settings, wanted: Wanted) -> None:
    if not _NAME.fullmatch(wanted.name):
        raise BadUsage("the name of a consumer has 2 to 63 small Latin letters, digits and hyphens")
    if not 0 < len(wanted.purpose.strip()) <= _LONGEST_PURPOSE:
        raise BadUsage(f"say what the service does with the data: 1 to {_LONGEST_PURPOSE} characters")
    for name in (*wanted.fields, *wanted.attributes):
        if name not in FIELDS and not name.startswith(CUSTOM_PREFIX):
            raise BadUsage(f"{name} is no golden attribute: {', '.join(FIELDS)}")
    if not set(wanted.kinds) <= set(KINDS):
        raise BadUsage(f"a kind of party is one of {', '.join(KINDS)}")
    if wanted.delivery not in consumers.DELIVERIES:
        raise BadUsage(f"a delivery is one of {', '.join(consumers.DELIVERIES)}")
    if wanted.delivery == consumers.WEBHOOK:
        if not is_available(settings):
            raise BadUsage("a webhook needs LITSO_SECRET_KEY_FILE: its key seals what the requests are signed with")
        address_of(target_of(wanted.address), settings.allowed_networks)
    elif wanted.delivery in consumers.BROKERS:
        demand_broker(wanted.address, wanted.delivery, settings.allowed_networks)
        _check_credentials(settings, wanted.credentials)
    elif wanted.address:
        raise BadUsage("only a webhook and a broker have an address")
    if wanted.credentials and wanted.delivery not in consumers.BROKERS:
        raise BadUsage("only a broker has credentials")


def _check_credentials(settings: Settings, credentials: str) -> None:
    user, colon, password = credentials.partition(":")
    if credentials and not (user and colon and password and len(credentials) <= _LONGEST_CREDENTIALS):
        raise BadUsage("credentials of a broker are user:password")
    if credentials and not is_available(settings):
        raise BadUsage("credentials need LITSO_SECRET_KEY_FILE: its key seals them")


def _new_secret(connection: Connection, settings: Settings, consumer_id: int, wanted: Wanted | Consumer) -> str:
    if wanted.delivery == consumers.PULL:
        return users.issue_service_token(connection, _TOKEN + wanted.name, CONSUMER)
    if wanted.delivery != consumers.WEBHOOK:
        if isinstance(wanted, Wanted) and wanted.credentials:
            consumers.add_secret(connection, load_box(settings), consumer_id, wanted.credentials.encode(), timedelta(0))
        return ""
    secret = signatures.new_secret()
    consumers.add_secret(connection, load_box(settings), consumer_id, secret, GRACE)
    return signatures.shown(secret)


def list_consumers(connection: Connection, actor: Actor) -> list[Consumer]:
    """Every consumer, by name."""
    demand(actor, "manage_consumers")
    return consumers.list_all(connection)


def read_consumer(connection: Connection, actor: Actor, name: str) -> tuple[Consumer, list[consumers.Entry]]:
    """A consumer and what happened to it, the latest first."""
    demand(actor, "manage_consumers")
    found = consumers.get(connection, name)
    return found, consumers.read_log(connection, found.consumer_id)


def pause(store: Store, actor: Actor, name: str) -> Consumer:
    """Deliver nothing until the consumer is resumed; it misses nothing by that."""
    return _set_status(store, actor, name, consumers.PAUSED)


def resume(store: Store, actor: Actor, name: str) -> Consumer:
    """Deliver again, from where it was, also after it was stopped by its own answer or by failing too long."""
    return _set_status(store, actor, name, consumers.ACTIVE)


def _set_status(store: Store, actor: Actor, name: str, status: str) -> Consumer:
    demand(actor, "manage_consumers")
    with store.transaction() as connection:
        found = consumers.get(connection, name)
        if found.status != status:
            consumers.set_status(connection, found.consumer_id, status)
            what = "paused" if status == consumers.PAUSED else "resumed"
            consumers.log(connection, found.consumer_id, what, author=actor.name)
        return consumers.get(connection, name)


def limit(store: Store, actor: Actor, name: str, scope: Scope) -> Consumer:
    """Limit what a consumer is told from now on; BadUsage when it is told fields of other classes."""
    demand(actor, "manage_consumers")
    with store.transaction() as connection:
        found = consumers.get(connection, name)
        _check_classes(scope, (*found.fields, *found.attributes))
        consumers.limit(connection, found.consumer_id, standard_scope(scope))
        consumers.log(connection, found.consumer_id, "limited", author=actor.name)
        return consumers.get(connection, name)


def replay(store: Store, actor: Actor, name: str, after: int) -> Consumer:
    """Tell the consumer everything after an event again; 0: from the beginning. Events keep their ids."""
    demand(actor, "manage_consumers")
    with store.transaction() as connection:
        found = consumers.get(connection, name)
        if not 0 <= after <= consumers.last_change(connection):
            raise BadUsage("there is no such event in the feed")
        consumers.replay(connection, found.consumer_id, after)
        consumers.log(connection, found.consumer_id, "replayed", author=actor.name, change_id=after)
        return consumers.get(connection, name)


def rotate(store: Store, settings: Settings, actor: Actor, name: str) -> Attached:
    """A new secret. A webhook is signed by the former one as well for a day; a former token is void at once."""
    demand(actor, "manage_consumers")
    with store.transaction() as connection:
        found = consumers.get(connection, name)
        if found.delivery not in (consumers.PULL, consumers.WEBHOOK):
            raise BadUsage("this consumer has no secret of ours: attach it anew with other credentials")
        audit.acting(connection, actor.name)
        if found.delivery == consumers.PULL:
            users.revoke_service(connection, _TOKEN + name)
        secret = _new_secret(connection, settings, found.consumer_id, found)
        consumers.log(connection, found.consumer_id, "secret", author=actor.name)
        return Attached(found, secret)


def remove(store: Store, actor: Actor, name: str) -> None:
    """Forget a consumer, its secrets and its log; what it was told stays in the audit."""
    demand(actor, "manage_consumers")
    with store.transaction() as connection:
        found = consumers.get(connection, name)
        audit.acting(connection, actor.name)
        if found.delivery == consumers.PULL:
            users.revoke_service(connection, _TOKEN + name)
        consumers.remove(connection, found.consumer_id)


def send_test(store: Store, settings: Settings, actor: Actor, name: str) -> Answer:
    """Send an event of the type `litso.test` at once; answers what came back. The cursor stays."""
    demand(actor, "manage_consumers")
    with store.transaction() as connection:
        found = consumers.get(connection, name)
        if found.delivery == consumers.PULL:
            raise BadUsage("this consumer comes for its events: GET /v1/feed with its token is the test")
        keys = secrets_of(connection, settings, found)
    now = datetime.now(UTC)
    event = {
        "specversion": "1.0",
        "id": f"test-{int(now.timestamp() * 1e6)}",
        "source": SOURCE,
        "type": "litso.test",
        "subject": name,
        "time": now,
        "datacontenttype": "application/json",
        "data": {"consumer": name},
    }
    answer = _tried(settings, found, event, keys)
    with store.transaction() as connection:
        told = answer.problem or f"HTTP {answer.status}"
        consumers.log(connection, found.consumer_id, "tested", author=actor.name, told=told)
    return answer


def _tried(settings: Settings, found: Consumer, event: dict[str, Any], keys: Sequence[bytes]) -> Answer:
    if found.delivery != consumers.WEBHOOK:
        with closing(carrier_of(settings, found, keys, SECONDS)) as carrier:
            return answer_of(carrier.carry([event]))
    with closing(Outward(found.address, allowed=settings.allowed_networks, seconds=SECONDS)) as outward:
        return post(outward, event, keys)


def secrets_of(connection: Connection, settings: Settings, found: Consumer) -> list[bytes]:
    """What signs for a webhook, or lets us into a broker, the newest first."""
    if found.delivery == consumers.FILES:
        return []
    return consumers.secrets(connection, load_box(settings), found.consumer_id)


def carrier_of(settings: Settings, found: Consumer, keys: Sequence[bytes], seconds: float) -> Carrier:
    """The way to a consumer that is a broker or files."""
    credentials = keys[0].decode() if keys else ""
    folder = settings.home / "feed" / found.name
    return opened(found.delivery, found.address, credentials, folder, settings.allowed_networks, seconds)


def answer_of(carried: Carried) -> Answer:
    """What a carrier tells, as a webhook would have said it: 200 when all has arrived."""
    return Answer(0, carried.problem) if carried.problem else Answer(200)


def post(outward: Outward, event: dict[str, Any], keys: Sequence[bytes]) -> Answer:
    """Post an event, signed for this moment."""
    body = msgspec.json.encode(event)
    signed = signatures.headers(event["id"], int(time.time()), body, keys)
    return outward.post(body, {"Content-Type": CONTENT_TYPE, **signed, **traces.outgoing()})


# Handing out ----------------------------------------------------------------------------------------------------


def pull(connection: Connection, actor: Actor, after: int | None, *, limit: int) -> Page:
    """Events of the consumer whose token the actor has, after an event; None: after the last one that it confirmed.

    Who asks for what is after an event confirms that it has dealt with everything up to it.
    """
    demand(actor, "consume")
    if not actor.name.startswith(_TOKEN):
        raise Forbidden("the token is not that of a consumer")
    found = consumers.get(connection, actor.name.removeprefix(_TOKEN))
    if found.status != consumers.ACTIVE:
        raise Conflict(f"the consumer is {found.status}: an administrator can resume it")
    begin = found.after if after is None else min(after, consumers.last_change(connection))
    page = read_page(connection, begin, selection_of(found), limit=limit)
    log_told(connection, found, page.events)
    consumers.pulled(connection, found.consumer_id, begin, len(page.events))
    return page


def log_told(connection: Connection, consumer: Consumer, events: Sequence[dict[str, Any]]) -> None:
    """Write into the audit which golden values these events tell the consumer."""
    told = [(event["subject"], sorted(event["data"]["values"])) for event in events if event["data"].get("values")]
    audit.write_fed(connection, actor=_TOKEN + consumer.name, purpose=consumer.purpose, told=told)

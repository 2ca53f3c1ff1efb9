"""Messages of websites and apps taken in: traits become records of a source of its own, acts become events.

    read → not taken before? → traits, links → records of those concerned → events hang on records, or wait

Each caller has a source named after it, `events.<name>`. Who is who there follows from all messages that came, in
whatever order. A device (`anonymous:…`) where one user was seen is that user's: what was told there belongs to the
user's record. Where several were seen, each act is of the one who was there last by then. An id that was a user's
before is a question to stewards when both ids have a record: no message merges parties, as anybody can send one who
reads the key in a page.
"""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Final, NamedTuple
from uuid import uuid4

from litso.domain.record import ORGANIZATION, PERSON
from litso.errors import RowRejected
from litso.sources.messages import ANONYMOUS, GROUP, Message, attributes_of, read_message, trait_name
from litso.store import intake, loads, locks, quarantine, records, sources
from litso.store.database import Connection, Store
from litso.store.intake import Event, Link, Trait
from litso.store.loads import Counts
from litso.store.quarantine import RejectedRow
from litso.usecases.access import Actor, demand
from litso.usecases.case_desk import put_question
from litso.usecases.online import Given, put_records, remove_records

PREFIX: Final = "events."
"""Sources of messages are named so."""

_MAPPING: Final = """source: {source}
title: "Сайт или приложение: {name}"
party: person
key: id
attributes:
  full_name: name
  surname: lastName
  given_name: firstName
  patronymic: middleName
  gender: gender
  birth_date: birthday
  email: email
  phone: phone
  address: address
  account: account
"""
_EVENTS: Final = ("track", "page", "screen", "group")
_CHANGING: Final = ("identify", "group", "alias")
_LONGEST_NAME: Final = 50
_ADVICE: Final = "Исправьте сообщение и повторите или поправьте отправителя."

Raw = Mapping[str, Any]


class Rejection(NamedTuple):
    """A message that was not taken: its place in the request, from 0, and why."""

    place: int
    code: str
    message: str


class Taken(NamedTuple):
    """What became of messages: taken now, taken before, and not taken."""

    accepted: int
    repeated: int
    rejected: list[Rejection]


def source_of(name: str) -> str:
    """The source of the messages of a program."""
    return PREFIX + (re.sub(r"[^\w-]+", "-", name).strip("-") or "program")[:_LONGEST_NAME]


def take(store: Store, actor: Actor, raws: Sequence[Raw], *, sent_at: datetime | None = None) -> Taken:
    """Take a batch of messages: valid ones at once, all or none; others go to quarantine with a reason."""
    demand(actor, "send_events")
    received_at = datetime.now(UTC)
    read = [_read(raw, received_at, sent_at) for raw in raws]
    with store.transaction() as connection:
        return _take(connection, source_of(actor.name), actor.name, raws, read)


def take_one(store: Store, actor: Actor, message: Message) -> Taken:
    """Take a message that its caller knows to be valid."""
    demand(actor, "send_events")
    with store.transaction() as connection:
        return _take(connection, source_of(actor.name), actor.name, [{}], [message])


def replay(connection: Connection, source: str, by: str, payload: str) -> int:
    """Take a message that a person has put right; answers the load that has it. RowRejected when it is still wrong."""
    try:
        raw = json.loads(payload)
    except ValueError:
        raise RowRejected("bad_json", "Сообщение не JSON") from None
    if not isinstance(raw, dict):
        raise RowRejected("not_an_object", "Сообщение не JSON-объект")
    message = read_message(raw, datetime.now(UTC))
    _accept(connection, source, by, [message._replace(message_id=message.message_id or str(uuid4()))])
    return loads.count_streamed(connection, source, Counts(), by)


def _read(raw: Raw, received_at: datetime, sent_at: datetime | None) -> Message | RowRejected:
    try:
        return read_message(raw, received_at, sent_at)
    except RowRejected as error:
        return error


def _take(
    connection: Connection, source: str, by: str, raws: Sequence[Raw], read: Sequence[Message | RowRejected]
) -> Taken:
    _register(connection, source, by)
    is_changing = any(isinstance(one, Message) and one.kind in _CHANGING for one in read)
    intake.lock(connection, source, shared=not is_changing)
    ids = [_message_id(raw, one) for raw, one in zip(raws, read, strict=True)]
    fresh = intake.receive(connection, source, sorted(set(ids)))
    messages: list[Message] = []
    rejected: list[tuple[int, RowRejected]] = []
    for index, (message_id, one) in enumerate(zip(ids, read, strict=True)):
        if message_id not in fresh:
            continue
        fresh.discard(message_id)
        if isinstance(one, Message):
            messages.append(one._replace(message_id=message_id))
        else:
            rejected.append((index, one))
    _accept(connection, source, by, messages)
    _quarantine(connection, source, by, raws, rejected)
    told = [Rejection(index, one.code, str(one)) for index, one in enumerate(read) if isinstance(one, RowRejected)]
    return Taken(len(messages), len(read) - len(messages) - len(told), told)


def _register(connection: Connection, source: str, by: str) -> None:
    if sources.find(connection, source) is None:
        name = source.removeprefix(PREFIX)
        mapping = _MAPPING.format(source=source, name=name)
        title = f"Сайт или приложение: {name}"
        sources.register(connection, name=source, title=title, party=PERSON, priority=0, mapping=mapping)


def _message_id(raw: Raw, read: Message | RowRejected) -> str:
    given = read.message_id if isinstance(read, Message) else raw.get("messageId")
    return given if isinstance(given, str) and 0 < len(given) <= 100 and "\x00" not in given else str(uuid4())


def _quarantine(
    connection: Connection, source: str, by: str, raws: Sequence[Raw], rejected: Sequence[tuple[int, RowRejected]]
) -> None:
    if not rejected:
        return
    load_id = loads.count_streamed(connection, source, Counts(len(rejected), quarantined=len(rejected)), by)
    rows = [
        RejectedRow(None, index + 1, None, error.code, str(error), _ADVICE, _payload(raws[index]))
        for index, error in rejected
    ]
    quarantine.add(connection, load_id, source, rows)


def _payload(raw: Raw) -> str:
    return json.dumps(raw, ensure_ascii=False).replace("\\u0000", "␀")


# Who is who -------------------------------------------------------------------------------------------------------


def _accept(connection: Connection, source: str, by: str, messages: Sequence[Message]) -> None:
    """Do what messages say that were not taken before."""
    if not messages:
        return
    concerned = _say(connection, source, by, messages)
    _keep_records(connection, source, by, concerned)
    happened = [_event(one) for one in messages if one.kind in _EVENTS]
    if happened:
        load_id = loads.count_streamed(connection, source, Counts(), by)
        intake.put_events(connection, source, load_id, happened)
    if concerned:
        intake.attach(connection, source, sorted(concerned))


def _event(message: Message) -> Event:
    title = f"Группа: {message.title}" if message.kind == "group" and message.title else message.title
    values = {} if message.kind == "group" else message.values
    return Event(message.message_id or "", message.owner, message.at, message.kind, title, values)


def _say(connection: Connection, source: str, by: str, messages: Iterable[Message]) -> set[str]:
    """Write traits and links; answers the owners of whom something was said."""
    concerned: set[str] = set()
    traits: list[Trait] = []
    for message in messages:
        owner = message.group or message.owner
        if message.kind in ("identify", "group"):
            told = {trait_name(name): value for name, value in message.values.items()}
            key = message.message_id or ""
            traits += [Trait(owner, name, value, message.at, key) for name, value in sorted(told.items())]
            concerned.add(owner)
        for alias in _aliases(message):
            intake.put_link(connection, source, alias, message.owner, message.at, by)
            concerned |= {alias, message.owner}
    intake.put_traits(connection, source, traits)
    return concerned


def _aliases(message: Message) -> list[str]:
    """Other ids of the owner of a message, as it says. Of `previousId` nobody says whether it was a device."""
    if message.alias is None or message.owner.startswith(ANONYMOUS):
        return []
    if message.kind == "identify":
        return [message.alias]
    former = message.alias.removeprefix(ANONYMOUS)
    return [ANONYMOUS + former, *([former] if former != message.owner else [])]


def _keep_records(connection: Connection, source: str, by: str, concerned: set[str]) -> None:
    """Bring records up to date with what is known of these ids and of those linked with them."""
    if not concerned:
        return
    locks.lock_resolution(connection)
    near = intake.links_of(connection, source, sorted(concerned))
    concerned |= {id_ for link in near for id_ in (link.alias, link.user_id)}
    around = intake.links_of(connection, source, sorted(concerned))
    devices = sorted({link.alias for link in around if link.alias.startswith(ANONYMOUS)})
    users_of: dict[str, set[str]] = defaultdict(set)
    for link in intake.links_of(connection, source, devices):
        users_of[link.alias].add(link.user_id)
    sole = {device: next(iter(users)) for device, users in users_of.items() if len(users) == 1}
    wanted = _wanted(connection, source, concerned, sole)
    there = {
        one.source_id
        for one in records.find_many(connection, [(source, owner) for owner in sorted(concerned)])
        if one.deleted_at is None
    }
    gone = sorted(concerned & there - {one.source_id for one in wanted})
    if gone:
        remove_records(connection, by, [(source, owner) for owner in gone])
    if wanted:
        put_records(connection, by, wanted)
    _ask_stewards(connection, source, by, near, {one.source_id for one in wanted} | (there - set(gone)))


def _wanted(connection: Connection, source: str, owners: set[str], sole: Mapping[str, str]) -> list[Given]:
    """Records of owners that have something to tell, what was told of their own devices included."""
    devices_of: dict[str, list[str]] = defaultdict(list)
    for device, user in sole.items():
        devices_of[user].append(device)
    asked = owners | {device for owner in owners for device in devices_of[owner]}
    traits: dict[str, list[Trait]] = defaultdict(list)
    for trait in intake.traits_of(connection, source, sorted(asked)):
        traits[trait.owner].append(trait)
    found = []
    for owner in sorted(owners - sole.keys()):
        told = [trait for id_ in (owner, *devices_of[owner]) for trait in traits[id_]]
        given = _given(source, owner, sorted(told, key=lambda one: (one.at, one.message_id)))
        found += [given] if given else []
    return found


def _given(source: str, owner: str, told: Sequence[Trait]) -> Given | None:
    """The record that traits give, the latest value of each; None when they tell nothing that a record has."""
    attributes = attributes_of({trait.name: trait.value for trait in told})
    if not attributes:
        return None
    party = ORGANIZATION if owner.startswith(GROUP) else PERSON
    return Given(source, owner, attributes, party, max(trait.at for trait in told))


def _ask_stewards(connection: Connection, source: str, by: str, links: Sequence[Link], known: set[str]) -> None:
    """Once, whether an id that was a user's before is the user's of now, where both have a record."""
    for link in links:
        if link.case_id is None and not link.alias.startswith(ANONYMOUS) and {link.alias, link.user_id} <= known:
            first, second = sorted(((source, link.alias), (source, link.user_id)))
            note = f"{by}: прежний и новый id одного пользователя (alias)"
            intake.set_case(connection, link.link_id, put_question(connection, by, first, second, note))


# Links ------------------------------------------------------------------------------------------------------------


def list_links(
    connection: Connection, actor: Actor, *, source: str | None, owner: str | None, before: int | None, limit: int
) -> list[Link]:
    """Which ids are taken for one user, undone links too, the latest first."""
    demand(actor, "judge_many")
    return intake.links(connection, source=source, owner=owner, before=before, limit=limit)


def undo_link(store: Store, actor: Actor, link_id: int) -> Link:
    """Take a link back: records and events are as they were without it. Conflict when it is undone already."""
    demand(actor, "judge_many")
    with store.transaction() as connection:
        link = intake.get_link(connection, link_id)
        intake.lock(connection, link.source, shared=False)
        intake.undo_link(connection, link_id, actor.name)
        concerned = {link.alias, link.user_id}
        _keep_records(connection, link.source, actor.name, concerned)
        intake.attach(connection, link.source, sorted(concerned))
        return intake.get_link(connection, link_id)

"""Which contact reaches a party now: outcomes of calls and deliveries from facts, rivals, what outcomes taught."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, Final, NamedTuple

from litso.golden.contacts import (
    CALL,
    EMAIL,
    MISSED,
    REACHED,
    SMS,
    UNTAUGHT,
    WRONG,
    Channel,
    Contact,
    Habits,
    Home,
    Outcome,
    Rival,
    contacts,
    learn,
    preferred,
    rival,
)
from litso.standardize.cells import email_cell, phone_cell
from litso.store import contacts as contact_store
from litso.store.contacts import Holder, Try
from litso.store.database import Connection
from litso.usecases.access import Actor, demand

_WRONG: Final = ("не тот", "чужой", "ошиблись номером", "wrong")
_MISSED: Final = (
    "не достав", "нет ответа", "не ответ", "не отвеч", "недозвон", "не дозвон", "занят", "недоступ", "не обслуж",
    "отклон", "сброш", "сбой", "fail", "no answer", "no_answer", "busy", "bounce", "undelivered", "rejected",
)  # fmt: skip
_REACHED: Final = (
    "достав", "прочит", "ответ", "дозвон", "решён", "решен", "создано", "перезвон", "переда", "deliver", "read",
    "answer", "opened", "clicked",
)  # fmt: skip
_CHANNELS: Final = {
    "sms": SMS,
    "смс": SMS,
    "звонок": CALL,
    "call": CALL,
    "email": EMAIL,
    "e-mail": EMAIL,
    "почта": EMAIL,
}


class Reach(NamedTuple):
    """Contacts of a party, the likeliest first, and the channels, the preferred one first."""

    contacts: list[Contact]
    channels: tuple[Channel, ...]


def result_of(status: str) -> str | None:
    """What the words of a status say of a try: reached, missed, wrong (somebody else), or None."""
    words = status.lower()
    for result, marks in ((WRONG, _WRONG), (MISSED, _MISSED), (REACHED, _REACHED)):
        if any(mark in words for mark in marks):
            return result
    return None


def outcomes_of(tries: Iterable[Try]) -> list[Outcome]:
    """Outcomes of facts of calls and deliveries; those without a contact, a moment or a known status are left out."""
    found = []
    for one in tries:
        value, result = standard_contact(one.contact or ""), result_of(one.status or "")
        if value and result:
            channel = _CHANNELS.get((one.channel or "").lower()) or _usual(one.kind, value)
            found.append(Outcome(value, channel, result, one.at))
    return found


def _usual(kind: str, value: str) -> str:
    if "@" in value:
        return EMAIL
    return CALL if kind == "call" else SMS


@lru_cache(maxsize=65_536)
def standard_contact(text: str) -> str | None:
    """The standard phone or e-mail of a text, as records have it."""
    values, *_ = email_cell(text) if "@" in text else phone_cell(text)
    return values[0] if values else None


def reach(
    connection: Connection,
    party_id: str,
    provenance: Mapping[str, Sequence[Mapping[str, Any]]],
    values: Mapping[str, Any],
    now: datetime,
) -> Reach:
    """Contacts and channels of one party. values: its golden values."""
    tries = contact_store.tries_of_party(connection, party_id, values.get("accounts") or [])
    holders = contact_store.holders(connection, party_id)
    return reach_of(party_id, provenance, values, tries, holders, contact_store.find_habits(connection), now)


def reach_of(
    party_id: str,
    provenance: Mapping[str, Sequence[Mapping[str, Any]]],
    values: Mapping[str, Any],
    tries: Iterable[Try],
    holders: Iterable[Holder],
    taught: str | None,
    now: datetime,
) -> Reach:
    """As `reach`, of what was read. taught: what was learned last, as it is kept."""
    if not provenance.get("phones") and not provenance.get("emails"):
        return Reach([], ())
    own = Holder(party_id, "", None, 0, values.get("house_key"), values.get("flat"), values.get("surname"))
    return _reach(provenance, outcomes_of(tries), _rivals(own, holders), _habits_of(taught), now)


def _reach(
    provenance: Mapping[str, Sequence[Mapping[str, Any]]],
    outcomes: Sequence[Outcome],
    rivals: Sequence[Rival],
    taught: Habits,
    now: datetime,
) -> Reach:
    listed = contacts(provenance, now, outcomes=outcomes, rivals=rivals, habits=taught)
    return Reach(listed, preferred(listed, outcomes, now))


def _rivals(own: Holder, holders: Iterable[Holder]) -> list[Rival]:
    """Others that hold contacts of a party."""
    return [
        rival(one.value, _moment(one.at), one.said_by, _home(one), _home(own))
        for one in holders
        if one.party_id != own.party_id
    ]


def _home(holder: Holder) -> Home:
    return Home(holder.house_key, holder.flat, holder.surname)


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text).replace(tzinfo=UTC) if text else None


# What outcomes teach --------------------------------------------------------------------------------------------


def habits(connection: Connection) -> Habits:
    """What was learned last; nothing at first."""
    return _habits_of(contact_store.find_habits(connection))


def _habits_of(text: str | None) -> Habits:
    return UNTAUGHT if text is None else _read(text)


@lru_cache(maxsize=4)
def _read(text: str) -> Habits:
    return Habits({cell: (reached, tries) for cell, (reached, tries) in json.loads(text).items()})


def learn_habits(connection: Connection, actor: Actor) -> Habits:
    """Learn from all outcomes of the store how likely alike contacts reach, and keep it."""
    demand(actor, "tune")
    taught = learn(
        (party.provenance, outcome) for party in parties_with_contacts(connection) for outcome in party.outcomes
    )
    text = json.dumps({cell: list(counts) for cell, counts in taught.cells.items()}, ensure_ascii=False)
    contact_store.keep_habits(connection, text, actor.name)
    return taught


# All parties ----------------------------------------------------------------------------------------------------


class Reachable(NamedTuple):
    """A party with what is known of its contacts."""

    own: Holder
    provenance: Mapping[str, Sequence[Mapping[str, Any]]]
    outcomes: list[Outcome]


def parties_with_contacts(connection: Connection) -> Iterator[Reachable]:
    """Every party that has a phone or an e-mail, by party id, with the outcomes of its contacts."""
    tries: dict[str, list[Try]] = defaultdict(list)
    for party, one in contact_store.all_tries(connection):
        tries[party].append(one)
    for row in contact_store.all_parties(connection):
        own = Holder(row.party_id, "", None, 0, row.house_key, row.flat, row.surname)
        yield Reachable(own, row.provenance, outcomes_of(tries.pop(row.party_id, ())))


def reach_all(connection: Connection, now: datetime) -> Iterator[tuple[str, Reach]]:
    """(party id, contacts and channels) of all parties: for each the same as `reach` gives."""
    taught = habits(connection)
    everyone = list(parties_with_contacts(connection))
    holders: dict[str, list[Holder]] = defaultdict(list)
    for party in everyone:
        for entries in party.provenance.values():
            for entry in entries:
                holders[entry["value"]].append(
                    party.own._replace(value=entry["value"], at=entry.get("at"), said_by=entry.get("said_by") or 0)
                )
    for party in everyone:
        told = {entry["value"] for entries in party.provenance.values() for entry in entries}
        rivals = _rivals(party.own, (one for value in sorted(told) for one in holders[value]))
        yield party.own.party_id, _reach(party.provenance, party.outcomes, rivals, taught, now)

"""Facts of a party put together as an operator asks for them: accounts, meters, premises, outages, events. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Final

from litso.store.facts import Fact

EVENT_KINDS: Final = ("request", "call", "delivery", "payment", "charge", "reading", "outage", "event")
"""Kinds of facts that happen at a moment and belong to the timeline."""

_CLOSED_WORDS: Final = ("закрыт", "выполнен", "решен", "решён", "отмен", "завершен", "завершён", "closed", "done")
_SERIAL_KEYS: Final = ("meter", "serial", "number", "meter_id")
_VALUE_KEY: Final = "value"
_CONTACT_KEYS: Final = ("phone", "email", "contact")
_SILENT_KEYS: Final = frozenset(
    {*_SERIAL_KEYS, *_CONTACT_KEYS, _VALUE_KEY, "outage", "latitude", "longitude", "service_point", "owner", "message"}
)
"""Details that a screen shows in a place of their own, or that say nothing to a person."""


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened. `at` is the source's own time."""

    fact_id: int
    kind: str
    at: datetime
    until: datetime | None
    source: str
    fact_key: str
    account: str | None
    title: str | None
    status: str | None
    amount: Decimal | None
    value: Decimal | None
    details: tuple[str, ...]
    is_open: bool
    is_now: bool


@dataclass(frozen=True, slots=True)
class Account:
    """An account of the party. `balance` is in roubles, positive is a debt, None when no source tells it."""

    number: str
    title: str | None
    status: str | None
    balance: Decimal | None
    source: str | None
    last_payment: Event | None


@dataclass(frozen=True, slots=True)
class Meter:
    """A meter with its last reading; `used` is the difference to the reading before."""

    serial: str
    title: str | None
    status: str | None
    account: str | None
    source: str
    verify_by: datetime | None
    is_overdue: bool
    reading: Decimal | None
    read_at: datetime | None
    used: Decimal | None


@dataclass(frozen=True, slots=True)
class Premise:
    """A place of the party; `kind` says what it is where a source knows."""

    address: str
    kind: str
    source: str
    details: tuple[str, ...]


def accounts(numbers: Sequence[str], facts: Sequence[Fact]) -> tuple[Account, ...]:
    """The accounts of a golden record, in its order, with what account facts and payments tell of each."""
    stated = {fact.account: fact for fact in reversed(facts) if fact.kind == "account" and fact.account}
    paid = {fact.account: fact for fact in reversed(facts) if fact.kind == "payment" and fact.at}
    return tuple(_account(number, stated.get(number), paid.get(number)) for number in numbers)


def _account(number: str, stated: Fact | None, paid: Fact | None) -> Account:
    return Account(
        number=number,
        title=stated.title if stated else None,
        status=stated.status if stated else None,
        balance=stated.amount if stated else None,
        source=stated.source if stated else None,
        last_payment=event(paid) if paid else None,
    )


def total_balance(listed: Iterable[Account]) -> Decimal | None:
    """What is owed over all accounts; None when no balance is known."""
    known = [account.balance for account in listed if account.balance is not None]
    return sum(known, Decimal(0)) if known else None


def meters(facts: Sequence[Fact], today: date) -> tuple[Meter, ...]:
    """Meters with their last two readings. `facts` come latest first."""
    readings: dict[str, list[Fact]] = {}
    for fact in facts:
        if fact.kind == "reading" and (serial := _serial(fact)):
            readings.setdefault(serial, []).append(fact)
    listed = [fact for fact in facts if fact.kind == "meter"]
    return tuple(_meter(fact, readings.get(_serial(fact) or fact.fact_key, []), today) for fact in listed)


def _serial(fact: Fact) -> str | None:
    return next((str(fact.data[key]) for key in _SERIAL_KEYS if fact.data.get(key)), None)


def _meter(fact: Fact, readings: Sequence[Fact], today: date) -> Meter:
    values = [value for value in map(_reading, readings) if value is not None]
    return Meter(
        serial=_serial(fact) or fact.fact_key,
        title=fact.title,
        status=fact.status,
        account=fact.account,
        source=fact.source,
        verify_by=fact.until,
        is_overdue=fact.until is not None and fact.until.date() < today,
        reading=values[0] if values else None,
        read_at=readings[0].at if readings else None,
        used=values[0] - values[1] if len(values) > 1 else None,
    )


def _reading(fact: Fact) -> Decimal | None:
    if fact.kind != "reading":
        return None
    try:
        return Decimal(str(fact.data.get(_VALUE_KEY, "")).replace(",", "."))
    except InvalidOperation:
        return None


def premises(facts: Sequence[Fact], addresses: Mapping[tuple[str | None, str | None], str]) -> tuple[Premise, ...]:
    """Premises of the party, then those of its addresses (by house and flat) of which no source says more."""
    told = [fact for fact in facts if fact.kind == "premise"]
    known = {(fact.house_key, fact.flat) for fact in told}
    rest = (address for place, address in addresses.items() if place not in known)
    return (
        *(_premise(fact, addresses.get((fact.house_key, fact.flat))) for fact in told),
        *(Premise(address, "", "", ()) for address in rest),
    )


def _premise(fact: Fact, address: str | None) -> Premise:
    return Premise(address or fact.title or fact.fact_key, fact.title or "", fact.source, details(fact))


def event(fact: Fact, now: datetime | None = None) -> Event:
    """A fact as an event. `is_now` tells whether it lasts at the moment `now`."""
    assert fact.at is not None
    lasts = now is not None and fact.at <= now and (fact.until is None or now < fact.until)
    return Event(
        fact_id=fact.fact_id,
        kind=fact.kind,
        at=fact.at,
        until=fact.until,
        source=fact.source,
        fact_key=fact.fact_key,
        account=fact.account,
        title=fact.title,
        status=fact.status,
        amount=fact.amount,
        value=_reading(fact),
        details=details(fact),
        is_open=is_open(fact),
        is_now=lasts and is_open(fact),
    )


def is_open(fact: Fact) -> bool:
    """Whether a request or an outage is not over yet, by the words of its status."""
    status = (fact.status or "").lower()
    return not any(word in status for word in _CLOSED_WORDS)


def details(fact: Fact) -> tuple[str, ...]:
    """What else the source says about a fact, as «name: value»."""
    shown = ((name, value) for name, value in fact.data.items() if value and not _is_silent(name))
    return tuple(f"{name}: {value}" for name, value in shown)


def _is_silent(name: str) -> bool:
    return name in _SILENT_KEYS or name.endswith("_id")


def outages(facts: Sequence[Fact], flats: Iterable[str], now: datetime) -> tuple[Event, ...]:
    """Outages that last now or begin later, of the house or of one of the flats, the first to begin first."""
    wanted = {None, *flats}
    found = (event(fact, now) for fact in facts if fact.kind == "outage" and fact.at and fact.flat in wanted)
    ahead = {one.fact_id: one for one in found if one.is_now or (one.at > now and one.is_open)}
    return tuple(sorted(ahead.values(), key=lambda one: (one.at, one.fact_id)))


def events(facts: Iterable[Fact], now: datetime) -> list[Event]:
    """Events of a timeline, the latest first, each once."""
    dated = {fact.fact_id: fact for fact in facts if fact.kind in EVENT_KINDS and fact.at}
    return sorted((event(fact, now) for fact in dated.values()), key=lambda one: (one.at, one.fact_id), reverse=True)


def open_requests(facts: Iterable[Fact]) -> int:
    """How many requests are not over yet."""
    return len({fact.fact_id for fact in facts if fact.kind == "request" and fact.at and is_open(fact)})


def kinds_of(listed: Iterable[Event]) -> list[str]:
    """Kinds that occur, in the order of EVENT_KINDS."""
    present = {one.kind for one in listed}
    return [kind for kind in EVENT_KINDS if kind in present]

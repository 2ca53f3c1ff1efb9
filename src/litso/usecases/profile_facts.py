"""Facts of a party put together as an operator asks for them: accounts, meters, premises, outages, events. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Final

from litso.store.facts import Fact

EVENT_KINDS: Final = ("request", "call", "payment", "charge", "reading", "outage")
"""Kinds of facts that happen at a moment and belong to the timeline."""

_CLOSED_WORDS: Final = ("закрыт", "выполнен", "решен", "решён", "отмен", "завершен", "завершён", "closed", "done")
_PLACE_KEYS: Final = ("meter", "serial", "number", "meter_id")


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
    """A place that the party's facts speak of."""

    title: str
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
    return next((str(fact.data[key]) for key in _PLACE_KEYS if fact.data.get(key)), None)


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
    try:
        return Decimal(str(fact.data.get("value", "")).replace(",", "."))
    except InvalidOperation:
        return None


def premises(facts: Sequence[Fact], addresses: Sequence[str]) -> tuple[Premise, ...]:
    """Premises of the party; without any premise fact, the addresses of its records."""
    found = tuple(Premise(_premise_title(fact), fact.source, details(fact)) for fact in facts if fact.kind == "premise")
    return found or tuple(Premise(address, "", ()) for address in addresses)


def _premise_title(fact: Fact) -> str:
    place = fact.title or fact.data.get("address") or fact.fact_key
    return f"{place}, кв {fact.flat}" if fact.flat and not fact.title else str(place)


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
    return tuple(f"{name}: {value}" for name, value in fact.data.items() if value and name not in _PLACE_KEYS)


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


def kinds_of(listed: Iterable[Event]) -> list[str]:
    """Kinds that occur, in the order of EVENT_KINDS."""
    present = {one.kind for one in listed}
    return [kind for kind in EVENT_KINDS if kind in present]

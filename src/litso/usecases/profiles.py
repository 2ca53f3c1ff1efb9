"""The profile of a party: the golden record with its origins, contacts, facts and source records, on one screen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any, Final

from litso.domain.record import CUSTOM_PREFIX
from litso.domain.scope import FINANCE
from litso.errors import NotFound
from litso.golden.contacts import Channel
from litso.golden.contacts import Contact as RankedContact
from litso.golden.policy import SINGLE_ATTRIBUTES
from litso.store import audit, facts, golden, parties, profile, records, sources
from litso.store.database import Connection, Store
from litso.store.facts import Fact
from litso.store.golden import Golden
from litso.store.profile import Asked, Parts, Reading
from litso.store.records import Record
from litso.telemetry.traces import traced
from litso.usecases import profile_facts
from litso.usecases.access import Actor, action_of, demand, demand_seen, sight_of, why
from litso.usecases.masking import Sight, is_left_out, is_masked, masked_value, masked_values
from litso.usecases.pinning import Pinned, pins_shown
from litso.usecases.profile_facts import Account, Event, Meter, Premise
from litso.usecases.reachability import reach_of

SHOWN: Final = 5
PAGE: Final = 20
_FACTS: Final = 200
_OF_MONEY: Final = ("payment", "charge")
_FACTS_OF_TIMELINE: Final = 2000


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a golden value, or one that did not win, came from."""

    value: str
    source: str
    source_title: str
    source_id: str
    rule: str
    at: str | None
    qc: int | None
    said_by: int | None


@dataclass(frozen=True, slots=True)
class Attribute:
    """A golden value with its origins, the winner first."""

    name: str
    value: str
    is_masked: bool
    origins: tuple[Origin, ...]


@dataclass(frozen=True, slots=True)
class Contact:
    """A phone or e-mail; `reasons` say why it stands where it stands. `chance` is how likely it reaches the party, from
    0 to 1; `withheld` says why it gets no debt and no private content, or is None."""

    kind: str
    value: str
    rank: int
    is_best: bool
    chance: float
    withheld: str | None
    is_masked: bool
    reasons: tuple[str, ...]
    origins: tuple[Origin, ...]


@dataclass(frozen=True, slots=True)
class SourceRecord:
    """A source record of the party."""

    source: str
    source_title: str
    source_id: str
    version: int
    updated_at: datetime | None
    received_at: datetime
    name: str | None
    birth_date: str | None
    address: str | None
    phones: tuple[str, ...]
    emails: tuple[str, ...]
    accounts: tuple[str, ...]
    problems: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Timeline:
    """A page of events, the latest first; `next` continues it."""

    events: tuple[Event, ...]
    kinds: tuple[str, ...]
    kind: str | None
    next: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """What programs read of a party, masked as the actor may see it. Amounts are in roubles, a debt is positive."""

    party_id: str
    kind: str
    version: int
    name: str
    published_at: datetime
    is_masked: bool
    values: Mapping[str, Any]
    provenance: Mapping[str, tuple[Origin, ...]]
    contacts: tuple[Contact, ...]
    channels: tuple[Channel, ...]
    accounts: tuple[Account, ...]
    balance: Decimal | None
    meters: tuple[Meter, ...]
    outages: tuple[Event, ...]
    open_requests: int
    record_count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile(Card):
    """Everything about a party, as people look at it on one screen."""

    purpose: str
    birth_date: str | None
    age: int | None
    address: str | None
    attributes: tuple[Attribute, ...]
    premises: tuple[Premise, ...]
    requests: tuple[Event, ...]
    request_count: int
    payments: tuple[Event, ...]
    payment_count: int
    records: tuple[SourceRecord, ...]
    pins: tuple[Pinned, ...]
    timeline: Timeline
    titles: Mapping[str, str]

    @property
    def best_contact(self) -> Contact | None:
        """The contact to try first."""
        return next((contact for contact in self.contacts if contact.is_best), None)

    @property
    def source_count(self) -> int:
        """How many sources know the party."""
        return len({record.source for record in self.records})


@traced
def read_profile(
    connection: Connection,
    actor: Actor,
    party_id: str,
    *,
    purpose: str | None = None,
    kind: str | None = None,
    before: int | None = None,
    now: datetime | None = None,
) -> Profile:
    """The profile of a party by its present id; the read is logged first. `purpose` reveals what is masked.

    `kind` and `before` (a fact id) choose the page of its timeline.
    """
    reader, sight = _reader(actor, purpose)
    limit = _FACTS if before is None else _FACTS_OF_TIMELINE
    with connection.pipeline():
        asked = profile.ask(connection, party_id, reader, limit=limit, whole=True)
    found = _found(asked)
    if found.golden is None:
        raise NotFound("the party has no golden record")
    moment = now or datetime.now(UTC)
    known = _shown_facts(found.known, sight)
    timeline = _timeline(profile_facts.events(known, moment), kind, before, PAGE)
    pinned = pins_shown(connection, found.golden, found.members, sight)
    card = _card(found, found.golden, known, sight, moment)
    return _profile(card, found, found.golden, pinned, known, timeline, sight, reader.purpose, moment)


@traced
def read_card(store: Store, actor: Actor, party_id: str, *, purpose: str | None = None) -> Card | str:
    """What programs read of a party, as `read_profile`, in one round trip to the store. Of an id that was merged the id
    that lives on, in its place, and nothing is logged."""
    reader, sight = _reader(actor, purpose)
    with store.at_once() as connection:
        asked = profile.ask(connection, party_id, reader, limit=_FACTS, whole=False)
    found = _found(asked)
    if not found.is_present:
        with store.transaction() as connection:
            return current_id(connection, actor, party_id)
    if found.golden is None:
        raise NotFound("the party has no golden record")
    known = _shown_facts(found.known, sight)
    return _card(found, found.golden, known, sight, datetime.now(UTC))


def _reader(actor: Actor, purpose: str | None) -> tuple[Reading, Sight]:
    demand(actor, "read_parties")
    sight, logged_purpose = sight_of(actor, purpose)
    return Reading(actor.name, action_of(sight, purpose), logged_purpose, actor.scope), sight


def _found(asked: Asked | None) -> Parts:
    """What was read; NotFound when the id was never minted, or the actor may not see the party."""
    found = profile.told(asked) if asked else None
    if found is None or found.is_present is None or (found.is_present and not found.is_seen):
        raise NotFound("the party does not exist")
    return found


def current_id(connection: Connection, actor: Actor, party_id: str) -> str:
    """The id that lives on for this one; NotFound when it was never minted, or the actor may not see the party."""
    current = parties.get_current(connection, party_id).party_id
    demand_seen(connection, actor, current)
    return current


def source_titles(connection: Connection) -> dict[str, str]:
    """Titles of the sources by name; a source without one is called by its name."""
    return sources.titles(connection)


def _log(connection: Connection, actor: Actor, action: str, party_id: str, fields: Sequence[str], purpose: str) -> None:
    audit.write(connection, actor=actor.name, action=action, party_id=party_id, fields=fields, purpose=purpose)


def _facts(connection: Connection, party_id: str, record: Golden, members: Sequence[Record], limit: int) -> list[Fact]:
    """Facts of the party's records and accounts, then those of its houses and flats."""
    numbers = record.golden_values.get("accounts") or []
    own = facts.of_party(connection, party_id, numbers, limit=limit)
    nearby = facts.of_homes(connection, _homes(record, members), limit=limit)
    return list({fact.fact_id: fact for fact in (*own, *nearby)}.values())


def _shown_facts(known: Sequence[Fact], sight: Sight) -> list[Fact]:
    """Facts without those of money, and without their amounts, for whom the class is not."""
    if FINANCE in sight.shown:
        return list(known)
    return [fact._replace(amount=None) for fact in known if fact.kind not in _OF_MONEY]


def _homes(record: Golden, members: Sequence[Record]) -> dict[str, set[str]]:
    """Flats by house: of the golden address and of the records that have an account."""
    places = [record.golden_values, *(member.standard for member in members if member.standard.get("accounts"))]
    homes: dict[str, set[str]] = {}
    for place in places:
        if key := place.get("house_key"):
            homes.setdefault(key, set()).update(filter(None, [place.get("flat")]))
    return homes


def _card(found: Parts, record: Golden, known: Sequence[Fact], sight: Sight, now: datetime) -> Card:
    values = record.golden_values
    reached = reach_of(record.party_id, record.provenance, values, found.tries, found.holders, found.habits, now)
    told = [name for name in record.provenance if not is_left_out(name, sight)]
    provenance = {name: _origins(record, name, found.titles, sight) for name in told}
    listed = profile_facts.accounts(values.get("accounts") or (), known)
    flats = {flat for home in _homes(record, found.members).values() for flat in home}
    return Card(
        party_id=record.party_id,
        kind=record.kind,
        version=record.version,
        name=masked_value("full_name", record.name, sight, record.kind),
        published_at=record.published_at,
        is_masked=not sight.is_full,
        values=masked_values(values, sight, record.kind),
        provenance=provenance,
        contacts=_contacts(record, reached.contacts, provenance, sight),
        channels=tuple(
            channel._replace(
                value=masked_value("emails" if "@" in channel.value else "phones", channel.value, sight, record.kind),
                chance=round(channel.chance, 3),
            )
            for channel in reached.channels
        ),
        accounts=listed,
        balance=profile_facts.total_balance(listed),
        meters=profile_facts.meters(known, now.date()),
        outages=profile_facts.outages(known, flats, now),
        open_requests=profile_facts.open_requests(known),
        record_count=len(found.members),
    )


def _profile(
    card: Card,
    found: Parts,
    record: Golden,
    pinned: tuple[Pinned, ...],
    known: Sequence[Fact],
    timeline: Timeline,
    sight: Sight,
    purpose: str,
    now: datetime,
) -> Profile:
    values = card.values
    happened = profile_facts.events(known, now)
    requests = [event for event in happened if event.kind == "request"]
    payments = [event for event in happened if event.kind == "payment"]
    return Profile(
        **{field.name: getattr(card, field.name) for field in fields(Card)},
        purpose=purpose,
        birth_date=values.get("birth_date"),
        age=_age(values.get("birth_date"), now.date()),
        address=values.get("address"),
        attributes=_attributes(record.kind, values, card.provenance, sight),
        premises=profile_facts.premises(known, _addresses(record, found.members)),
        requests=tuple(sorted(requests, key=lambda event: not event.is_open)[:SHOWN]),
        request_count=len(requests),
        payments=tuple(payments[:SHOWN]),
        payment_count=len(payments),
        records=tuple(source_record(member, found.titles, sight) for member in found.members),
        pins=pinned,
        timeline=timeline,
        titles=found.titles,
    )


def _addresses(record: Golden, members: Sequence[Record]) -> dict[tuple[str | None, str | None], str]:
    """The golden address and those of the records with an account, by house and flat."""
    places = [record.golden_values, *(member.standard for member in members if member.standard.get("accounts"))]
    found: dict[tuple[str | None, str | None], str] = {}
    for place in places:
        if place.get("address") and (place.get("house_key") or not found):
            found.setdefault((place.get("house_key"), place.get("flat")), place["address"])
    return found


def _age(birth_date: str | None, today: date) -> int | None:
    if not birth_date:
        return None
    born = date.fromisoformat(birth_date)
    return today.year - born.year - ((today.month, today.day) < (born.month, born.day))


def _attributes(
    kind: str, values: Mapping[str, Any], provenance: Mapping[str, tuple[Origin, ...]], sight: Sight
) -> tuple[Attribute, ...]:
    """The single values of the golden record, in the order of the policy, then the custom ones."""
    customs = sorted(name for name in values if name.startswith(CUSTOM_PREFIX))
    composed = ("full_name",) if kind == "person" else ()
    named = (name for name in (*SINGLE_ATTRIBUTES, *customs) if values.get(name) and name not in composed)
    return tuple(
        Attribute(name, str(values[name]), is_masked(name, sight, kind), provenance.get(name, ())) for name in named
    )


def _origins(record: Golden, attribute: str, titles: Mapping[str, str], sight: Sight) -> tuple[Origin, ...]:
    entries = record.provenance[attribute]
    return tuple(_origin(entry, attribute, titles, sight, record.kind) for entry in entries)


def _origin(entry: Mapping[str, Any], attribute: str, titles: Mapping[str, str], sight: Sight, kind: str) -> Origin:
    return Origin(
        value=masked_value(attribute, str(entry["value"]), sight, kind),
        source=entry["source"],
        source_title=titles.get(entry["source"], entry["source"]),
        source_id=entry["source_id"],
        rule=entry["rule"],
        at=entry.get("at"),
        qc=entry.get("qc"),
        said_by=entry.get("said_by"),
    )


def _contacts(
    record: Golden, listed: Sequence[RankedContact], provenance: Mapping[str, tuple[Origin, ...]], sight: Sight
) -> tuple[Contact, ...]:
    return tuple(
        Contact(
            kind=contact.kind,
            value=masked_value(f"{contact.kind}s", contact.value, sight, record.kind),
            rank=contact.rank,
            is_best=contact.is_best,
            chance=round(contact.chance, 3),
            withheld=contact.withheld,
            is_masked=is_masked(f"{contact.kind}s", sight, record.kind),
            reasons=contact.reasons,
            origins=provenance[f"{contact.kind}s"][contact.place : contact.place + 1],
        )
        for contact in listed
    )


def source_record(member: Record, titles: Mapping[str, str], sight: Sight) -> SourceRecord:
    """A source record as this sight shows it."""
    standard = masked_values(member.standard, sight, member.kind)
    return SourceRecord(
        source=member.source,
        source_title=titles.get(member.source, member.source),
        source_id=member.source_id,
        version=member.version,
        updated_at=member.updated_at,
        received_at=member.received_at,
        name=standard.get("full_name") or standard.get("company"),
        birth_date=standard.get("birth_date"),
        address=standard.get("address"),
        phones=tuple(standard.get("phones") or ()),
        emails=tuple(standard.get("emails") or ()),
        accounts=tuple(standard.get("accounts") or ()),
        problems=tuple(standard.get("problems") or ()),
    )


@traced
def read_records(
    connection: Connection, actor: Actor, party_id: str, *, purpose: str | None = None
) -> list[SourceRecord]:
    """Source records of a party; the read is logged first."""
    demand(actor, "read_parties")
    demand_seen(connection, actor, party_id)
    sight, logged_purpose = sight_of(actor, purpose)
    _log(connection, actor, "records", party_id, ("records",), logged_purpose)
    titles = source_titles(connection)
    return [source_record(member, titles, sight) for member in records.of_party(connection, party_id)]


@traced
def read_timeline(
    connection: Connection,
    actor: Actor,
    party_id: str,
    *,
    kind: str | None = None,
    before: int | None = None,
    limit: int = PAGE,
    now: datetime | None = None,
) -> Timeline:
    """A page of what happened to a party, the latest first, after the event whose fact id is `before`."""
    demand(actor, "read_parties")
    demand_seen(connection, actor, party_id)
    record = golden.get(connection, party_id)
    _log(connection, actor, "records", party_id, ("timeline",), why(actor))
    members = records.of_party(connection, party_id)
    sight, _ = sight_of(actor, None)
    known = _shown_facts(_facts(connection, party_id, record, members, _FACTS_OF_TIMELINE), sight)
    happened = profile_facts.events(known, now or datetime.now(UTC))
    return _timeline(happened, kind, before, limit)


def _timeline(happened: Sequence[Event], kind: str | None, before: int | None, limit: int) -> Timeline:
    wanted = [event for event in happened if kind in (None, event.kind)]
    start = next((place + 1 for place, event in enumerate(wanted) if event.fact_id == before), 0)
    page = wanted[start : start + limit]
    follows = page[-1].fact_id if len(wanted) > start + limit else None
    return Timeline(tuple(page), tuple(profile_facts.kinds_of(happened)), kind, follows)

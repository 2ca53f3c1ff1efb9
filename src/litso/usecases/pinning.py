"""What a steward fixes by hand: pins, taking them back, and what speaks against them since."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Any, Final, NamedTuple

from litso.domain.record import LIST_ATTRIBUTES as GIVEN_LISTS
from litso.errors import BadUsage, Conflict
from litso.golden.pins import PINNABLE
from litso.golden.policy import ADDRESS_PARTS, LIST_ATTRIBUTES, PIN
from litso.standardize.one import standardize_one
from litso.store import audit, golden, locks, parties, pins, records, sources
from litso.store.database import Connection, Store, beyond
from litso.store.golden import Golden
from litso.store.pins import Pin
from litso.store.records import Record
from litso.usecases import registers
from litso.usecases.access import Actor, demand, demand_records, demand_seen, seen, sight_of
from litso.usecases.increment import Cause, Settled, publish_touched
from litso.usecases.masking import Sight, masked_value
from litso.usecases.reconciliation import current_model

_GIVEN: Final = {"phones": "phone", "emails": "email"}
"""Attributes that callers give under another name than they are kept."""

_LITERAL: Final = frozenset({"surname", "given_name", "patronymic", "gender", "opf", "company", "full_name"})
"""Attributes that are taken as the steward writes them."""

_GENDERS: Final = ("М", "Ж")
_LONGEST: Final = 500
_CAUSE: Final = Cause("pin")
RELEASED: Final = "until"
"""Who undoes a pin whose end has come."""


class Doubt(NamedTuple):
    """What a record says against a pin that is older."""

    source: str
    source_id: str
    value: str
    at: datetime


class Pinned(NamedTuple):
    """A pin and what speaks against it, the newest first."""

    pin: Pin
    doubts: tuple[Doubt, ...]


def pin(
    store: Store,
    actor: Actor,
    party_id: str,
    *,
    attribute: str,
    value: str,
    reason: str,
    until: datetime | None = None,
    version: int | None = None,
) -> Pin:
    """Fix a value of a party: later loads do not overwrite it. An active pin of the attribute is undone by it.

    Raises BadUsage for a value that is none, NotFound for an unknown party, Conflict when the party is no longer at the
    `version` that the caller saw.
    """
    demand(actor, "judge")
    if not reason.strip() or len(reason) > _LONGEST:
        raise BadUsage(f"a pin needs a reason of up to {_LONGEST} characters")
    if until is not None and (until if until.tzinfo else until.replace(tzinfo=UTC)) <= datetime.now(UTC):
        raise BadUsage("the end of a pin lies ahead")
    with store.transaction() as connection:
        locks.lock_resolution(connection)
        current = parties.get_current(connection, party_id).party_id
        demand_seen(connection, actor, current)
        found = golden.get(connection, current, version=version)
        with beyond(connection):
            number = fix_value(connection, actor, found, attribute, value, reason, until)
            republish(connection, {found.party_id})
            return pins.get(connection, number)._replace(party_id=found.party_id)


def fix_value(
    connection: Connection,
    actor: Actor,
    found: Golden,
    attribute: str,
    value: str,
    reason: str,
    until: datetime | None = None,
    operation_id: int | None = None,
) -> int:
    """Add a pin of a party; publishing is the caller's. Answers its id; BadUsage for a value that is none."""
    model, _ = current_model(connection)
    text, parts = standard_value(found.kind, attribute, value, model.locale)
    held = [one for one in pins.held(connection, [found.party_id]) if one.attribute == attribute]
    former = max(held, key=lambda one: (one.pinned_at, one.pin_id), default=None)
    return pins.add(
        connection, key=(former.source, former.source_id) if former else _anchor(connection, found, attribute),
        attribute=attribute, value=text, parts=parts, author=actor.name, reason=reason.strip(), until=until,
        operation_id=operation_id,
    )  # fmt: skip


def standard_value(kind: str, attribute: str, value: str, locale: str) -> tuple[str, dict[str, Any]]:
    """(standard value, what travels with it) of what a steward writes; BadUsage when it is no such value."""
    text = " ".join(value.split())
    if attribute not in PINNABLE or (kind == "person" and attribute == "full_name"):
        raise BadUsage(f"{attribute} cannot be pinned; these can: {', '.join(PINNABLE)}")
    if not text or len(text) > _LONGEST or "\x00" in text:
        raise BadUsage(f"give a value of up to {_LONGEST} characters")
    if attribute == "gender" and text not in _GENDERS:
        raise BadUsage(f"gender is one of {', '.join(_GENDERS)}")
    if attribute in _LITERAL:
        return text, {}
    given = _GIVEN.get(attribute, attribute)
    row = {"source": "", "source_id": "", "party": kind, given: [text] if given in GIVEN_LISTS else text}
    found = standardize_one(row, locale="ru" if locale == "ru" else "generic", registers=registers.in_use())
    values = found[attribute] if attribute in LIST_ATTRIBUTES else [found[attribute]]
    if len(values) != 1 or values[0] is None:
        raise BadUsage(f"the value is not understood as one {given.replace('_', ' ')}")
    parts = {part: found[part] for part in ADDRESS_PARTS if found[part]} if attribute == "address" else {}
    standard = values[0]
    return standard.isoformat() if isinstance(standard, date) else str(standard), parts


def _anchor(connection: Connection, found: Golden, attribute: str) -> tuple[str, str]:
    """The record on which a pin hangs: the one that says the value so far, else the one of the name, else the first.

    A pin that takes the place of another one hangs where that one hung.
    """
    keys = {(record.source, record.source_id) for record in records.of_party(connection, found.party_id)}
    for name in (attribute, "surname", "company", "full_name"):
        for entry in found.provenance.get(name, ()):
            if (entry["source"], entry["source_id"]) in keys:
                return entry["source"], entry["source_id"]
    return min(keys)


def undo_pin(store: Store, actor: Actor, pin_id: int) -> Pin:
    """Take a pin back: the party shows what its records say, or the pin that was there before. Conflict when it is
    undone already."""
    demand(actor, "judge")
    with store.transaction() as connection:
        locks.lock_resolution(connection)
        found = pins.get(connection, pin_id)
        if actor.scope.is_limited:
            demand_records(connection, actor, [(found.source, found.source_id)])
        with beyond(connection):
            holders = {one.pin_id: one.party_id for one in pins.held(connection)}
            undone, _ = pins.undo(connection, [pin_id], actor.name)
            if not undone:
                raise Conflict(f"pin {pin_id} is undone already")
            party = holders.get(pin_id)
            republish(connection, {party} if party else set())
            return pins.get(connection, pin_id)._replace(party_id=party)


def release_ended(store: Store) -> int:
    """Undo pins whose end has come; answers how many. Called before loads and by `litso pin release`."""
    with store.transaction() as connection:
        if not pins.ended(connection):
            return 0
        locks.lock_resolution(connection)
        ended = pins.ended(connection)
        holders = {one.party_id for one in pins.held(connection) if one.pin_id in set(ended)}
        pins.release(connection, ended, RELEASED)
        republish(connection, {party for party in holders if party})
        return len(ended)


def republish(connection: Connection, touched: Collection[str]) -> None:
    """Publish those of the parties that live once more: their pins changed."""
    living = set(golden.find_many(connection, sorted(touched)))
    registered = sources.list_all(connection)
    _, customs = current_model(connection, registered)
    publish_touched(connection, customs, living, Settled([], [], {}, {}, []), _CAUSE, registered=registered)


# Looking at pins ------------------------------------------------------------------------------------------------


def read_pins(
    connection: Connection, actor: Actor, *, party_id: str | None = None, purpose: str | None = None
) -> list[Pinned]:
    """Active pins of a party or of all, as the actor may see them, those in doubt first; the read is logged first."""
    demand(actor, "read_parties")
    sight, logged_purpose = sight_of(actor, purpose)
    chosen = None if party_id is None else [parties.get_current(connection, party_id).party_id]
    held = _showing(pins.held(connection, chosen))
    known = seen(connection, actor, {one.party_id for one in held if one.party_id})
    if chosen:
        demand_seen(connection, actor, *chosen)
    found = [one for one in held if one.party_id in known]
    listed = sorted(known)
    audit.write(
        connection, actor=actor.name, action="records", party_id=chosen[0] if chosen else None,
        fields=sorted({one.attribute for one in found}), purpose=logged_purpose, found=len(found),
    )  # fmt: skip
    goldens = golden.find_many(connection, listed)
    shown = [
        _shown(one, records.of_party(connection, one.party_id or ""), sight, goldens[one.party_id or ""].kind)
        for one in found
        if one.party_id in goldens
    ]
    return sorted(shown, key=lambda one: (not one.doubts, -one.pin.pin_id))


def pins_shown(connection: Connection, record: Golden, members: Sequence[Record], sight: Sight) -> tuple[Pinned, ...]:
    """Active pins of a golden record, as this sight shows them. members: its records."""
    if not any(entry["rule"] == PIN for entries in record.provenance.values() for entry in entries):
        return ()
    held = _showing(pins.held(connection, [record.party_id]))
    return tuple(_shown(one, members, sight, record.kind) for one in held)


def _showing(held: Iterable[Pin]) -> list[Pin]:
    """Of pins of one attribute that met in a party, the latest: the one that shows."""
    latest = {(one.party_id, one.attribute): one for one in sorted(held, key=lambda one: (one.pinned_at, one.pin_id))}
    return sorted(latest.values(), key=lambda one: one.pin_id)


def _shown(one: Pin, members: Sequence[Record], sight: Sight, kind: str) -> Pinned:
    doubts = (
        doubt._replace(value=masked_value(one.attribute, doubt.value, sight, kind)) for doubt in doubts_of(one, members)
    )
    return Pinned(one._replace(value=masked_value(one.attribute, one.value, sight, kind)), tuple(doubts))


def doubts_of(pin: Pin, members: Sequence[Record]) -> list[Doubt]:
    """Records of the party that say something else than a pin, and say it since; the newest first."""
    found = []
    for member in members:
        at = member.updated_at or member.received_at
        said = _said(member.standard, pin.attribute)
        if at > pin.pinned_at and said and pin.value not in said:
            found.append(Doubt(member.source, member.source_id, said[0], at))
    return sorted(found, key=lambda doubt: (doubt.at, doubt.source, doubt.source_id), reverse=True)


def _said(standard: Mapping[str, Any], attribute: str) -> list[str]:
    value = standard.get(attribute)
    if attribute in LIST_ATTRIBUTES:
        return [str(one) for one in value or ()]
    return [] if value is None else [str(value)]

"""All that a profile is made of, read in one statement that also enters the read in the audit."""

from __future__ import annotations

from typing import Any, Final, NamedTuple

import msgspec
import psycopg
from psycopg.rows import TupleRow

from litso.domain.scope import Scope
from litso.errors import BrokenInvariant
from litso.store import contacts
from litso.store.contacts import Holder, Try
from litso.store.database import Connection, text_array
from litso.store.facts import Fact
from litso.store.golden import Golden
from litso.store.parties import is_party_id
from litso.store.queries import statements
from litso.store.records import Record

_GOLDEN: Final = msgspec.json.Decoder(Golden)
_RECORDS: Final = msgspec.json.Decoder(list[Record])
_FACTS: Final = msgspec.json.Decoder(list[Fact])
_TRIES: Final = msgspec.json.Decoder(list[Try])
_TITLES: Final = msgspec.json.Decoder(dict[str, str])


class Reading(NamedTuple):
    """Who reads a profile and how the audit tells it. scope: the limits of who reads."""

    actor: str
    action: str
    purpose: str
    scope: Scope


class Parts(NamedTuple):
    """What a profile is made of.

    is_present: the id is not that of a party merged into another; None: it was never minted. is_seen: within the limits
    of who reads. The rest is empty unless both hold. members: live records, by source and key. known: facts of its
    records and accounts, then those of its houses and flats, each the latest first. tries: calls and deliveries, in
    order. habits: what outcomes taught, JSON. holders: others with its contacts.
    """

    is_present: bool | None
    is_seen: bool
    golden: Golden | None
    members: list[Record]
    known: list[Fact]
    tries: list[Try]
    titles: dict[str, str]
    habits: str | None
    holders: list[Holder]


class Asked(NamedTuple):
    """A reading that was asked for; `told` has what came."""

    parts: psycopg.Cursor[TupleRow]
    holders: psycopg.Cursor[Holder]


def ask(connection: Connection, party_id: str, reading: Reading, *, limit: int, whole: bool) -> Asked | None:
    """Ask for the parts of a profile; None when the text is no party id.

    limit: facts of a kind. whole: records with all of their standard values, not with those of place and account alone.
    """
    if not is_party_id(party_id):
        return None
    scope = reading.scope
    parameters: dict[str, Any] = {
        "party_id": party_id, "actor": reading.actor, "action": reading.action, "purpose": reading.purpose,
        "is_limited": scope.is_limited, "brands": text_array(scope.brands),
        "territories": text_array(scope.territories), "limit": limit, "whole": whole,
    }  # fmt: skip
    return Asked(
        connection.execute(statements("profile")["read"], parameters), contacts.ask_holders(connection, party_id)
    )


def told(asked: Asked) -> Parts:
    """What was read."""
    row = asked.parts.fetchone()
    if row is None:
        raise BrokenInvariant("the store did not answer a row where it must")
    is_present, is_seen, golden, members, known, tries, titles, habits = row
    return Parts(
        is_present=is_present,
        is_seen=bool(is_seen),
        golden=_GOLDEN.decode(golden) if golden else None,
        members=_RECORDS.decode(members) if members else [],
        known=list({fact.fact_id: fact for fact in _FACTS.decode(known)}.values()) if known else [],
        tries=_TRIES.decode(tries) if tries else [],
        titles=_TITLES.decode(titles) if titles else {},
        habits=habits,
        holders=asked.holders.fetchall(),
    )

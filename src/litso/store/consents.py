"""The consent ledger: what was said about contacts, by record. Entries are added and taken back, never changed.

A statement hangs on a source record, by its key, as a pin does: it moves with a merge, goes with its record in a split,
and stays where it was when the source deletes the record.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from litso.errors import NotFound
from litso.privacy.consent import Statement, Subject
from litso.store.database import Connection, row_of, rows_of, scalar
from litso.store.queries import statements


class Given(NamedTuple):
    """A statement that is to be entered, in standard values; times in UTC."""

    source: str
    source_id: str
    contact: str
    purpose: str
    legal_entity: str
    channel: str
    state: str
    said_at: datetime | None
    until: datetime | None
    form: str
    text_version: str
    evidence: str


class Consent(NamedTuple):
    """An entry; `undone_at` is set when it no longer counts. `party_id`: who holds it, where that was asked."""

    consent_id: int
    source: str
    source_id: str
    contact: str
    purpose: str
    legal_entity: str
    channel: str
    state: str
    said_at: datetime | None
    until: datetime | None
    form: str
    text_version: str
    evidence: str
    author: str
    recorded_at: datetime
    undone_by: str | None
    undone_at: datetime | None
    party_id: str | None = None

    @property
    def statement(self) -> Statement:
        """What it says, as `litso.privacy.consent` takes it."""
        subject = Subject(self.contact, self.purpose, self.legal_entity, self.channel)
        record = (self.source, self.source_id)
        return Statement(self.consent_id, record, subject, self.state, self.said_at, self.until, self.recorded_at)


class StatedFact(NamedTuple):
    """A fact of consent as a source delivered it, with the row that said it."""

    fact_id: int
    load_id: int
    source: str
    source_id: str
    at: datetime | None
    until: datetime | None
    status: str | None
    data: dict[str, Any]
    payload: str


def add(connection: Connection, given: Sequence[Given], author: str) -> list[int]:
    """Enter statements; answers the ids of those that the ledger did not have."""
    if not given:
        return []
    columns = dict(zip(Given._fields, map(list, zip(*given, strict=True)), strict=True))
    added = connection.execute(statements("consents")["add"], {**columns, "author": author}).fetchall()
    return [row[0] for row in added]


def undo(connection: Connection, consent_id: int, author: str) -> bool:
    """Take a statement back that was entered by mistake; answers whether it counted."""
    parameters = {"consent_id": consent_id, "author": author}
    return connection.execute(statements("consents")["undo"], parameters).rowcount > 0


def get(connection: Connection, consent_id: int) -> Consent:
    """One entry, taken back or not; NotFound when there is none."""
    found = row_of(connection, Consent, statements("consents")["get"], {"consent_id": consent_id})
    if found is None:
        raise NotFound(f"there is no statement of consent {consent_id}")
    return found


def same(connection: Connection, given: Given) -> Consent:
    """The entry that says what was given; NotFound when there is none."""
    found = row_of(connection, Consent, statements("consents")["same"], given._asdict())
    if found is None:
        raise NotFound("there is no such statement of consent")
    return found


def told(connection: Connection, consent_ids: Sequence[int]) -> list[tuple[str, str, dict[str, Any]]]:
    """(type, party id, data) of entries for the change feed; those whose record has no party are left out."""
    return connection.execute(statements("consents")["told"], {"consents": list(consent_ids)}).fetchall()


def held(connection: Connection, parties: Collection[str] | None = None) -> list[Consent]:
    """Statements that some parties hold, or all, each with its party, in the order of entry.

    Costs next to nothing as long as there are none.
    """
    if not scalar(connection, statements("consents")["any"]):
        return []
    asked = None if parties is None else list(parties)
    return rows_of(connection, Consent, statements("consents")["held"], {"parties": asked})


def facts_of_loads(
    connection: Connection, load_ids: Sequence[int], *, after: int = 0, limit: int = 10_000
) -> list[StatedFact]:
    """Facts of consent that loads brought or changed, by id, those after one."""
    parameters = {"loads": list(load_ids), "after": after, "limit": limit}
    return rows_of(connection, StatedFact, statements("consents")["facts_of_loads"], parameters)

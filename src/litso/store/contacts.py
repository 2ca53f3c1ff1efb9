"""What is known of contacts: who holds them, tries to reach parties by them, and what these taught."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any, Final, NamedTuple

import psycopg
import pyarrow as pa
from psycopg.rows import class_row

from litso.store.bulk import read_batches
from litso.store.database import Connection, beyond, rows_of
from litso.store.queries import statements


class Holder(NamedTuple):
    """A party that has a contact; `at` (ISO, UTC) is when its record changed, `said_by` how many of its sources say so;
    where the party lives, and its surname."""

    party_id: str
    value: str
    at: str | None
    said_by: int
    house_key: str | None
    flat: str | None
    surname: str | None


class Try(NamedTuple):
    """A call or a delivery: the contact as the source wrote it, channel and status in its words."""

    kind: str
    contact: str | None
    channel: str | None
    status: str | None
    at: datetime


class PartyContacts(NamedTuple):
    """A party's contacts with their provenance (phones, emails), where it lives, and its surname."""

    party_id: str
    provenance: dict[str, list[dict[str, Any]]]
    house_key: str | None
    flat: str | None
    surname: str | None


_PARTIES: Final = pa.schema([(name, pa.string()) for name in PartyContacts._fields])


def holders(connection: Connection, party_id: str) -> list[Holder]:
    """Other parties that have a contact of this one."""
    return ask_holders(connection, party_id).fetchall()


def ask_holders(connection: Connection, party_id: str) -> psycopg.Cursor[Holder]:
    """As `holders`, where more is asked at once. Whose a contact is rather does not depend on who asks."""
    with beyond(connection):
        cursor = connection.cursor(row_factory=class_row(Holder))
        return cursor.execute(statements("contacts")["holders"], {"party_id": party_id})


def tries_of_party(connection: Connection, party_id: str, accounts: Sequence[str]) -> list[Try]:
    """Calls and deliveries that hang on the records or the accounts of a party."""
    parameters = {"party_id": party_id, "accounts": list(accounts)}
    return rows_of(connection, Try, statements("contacts")["tries_of_party"], parameters)


def all_tries(connection: Connection) -> Iterator[tuple[str, Try]]:
    """(party id, try) of all parties."""
    for party_id, *values in connection.execute(statements("contacts")["all_tries"]):
        yield party_id, Try(*values)


def all_parties(connection: Connection) -> Iterator[PartyContacts]:
    """Every party that has a contact, by party id."""
    for table in read_batches(connection, statements("contacts")["all_parties"], _PARTIES):
        for row in table.to_pylist():
            told = json.loads(row["provenance"])
            provenance = {name: entries for name, entries in told.items() if entries}
            yield PartyContacts(**{**row, "provenance": provenance})


def find_habits(connection: Connection) -> str | None:
    """What was learned last, a JSON object; None before anything was."""
    found = connection.execute(statements("contacts")["find_habits"]).fetchone()
    return found[0] if found else None


def keep_habits(connection: Connection, content: str, author: str) -> str:
    """Keep what was learned; answers its hash."""
    digest = hashlib.sha256(content.encode()).hexdigest()
    connection.execute(statements("contacts")["keep_habits"], {"hash": digest, "content": content, "author": author})
    return digest

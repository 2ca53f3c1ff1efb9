"""Checks as they are kept: screened editions, matches with entries of lists, decisions, and who is to be screened."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import Any, Final, NamedTuple

import polars as pl
import pyarrow as pa
from psycopg.types.json import Jsonb

from litso.check.match import Schema
from litso.errors import NotFound
from litso.store import locks
from litso.store.bulk import copy_frame, read_batches, read_table
from litso.store.database import Connection, row_of, rows_of, scalar
from litso.store.queries import statements

_TEXT: Final = pa.string()
SUBJECTS: Final = pa.schema(
    [
        ("party_id", _TEXT),
        ("version", pa.int32()),
        ("kind", _TEXT),
        ("full_name", _TEXT),
        ("company", _TEXT),
        ("birth_date", pa.date32()),
        ("inn", _TEXT),
        ("ogrn", _TEXT),
        ("snils", _TEXT),
        ("passport", _TEXT),
    ]
)
OFFICERS: Final = pa.schema([(name, _TEXT) for name in ("party_id", "name", "role", "inn")])


class ScreenedList(NamedTuple):
    """The edition of a list that all parties were held against; `rules` by which; the digest is in hex."""

    list: str
    file_sha256: str
    version: str
    published: date
    entries: int
    rules: int
    screened_at: datetime


class Standing(NamedTuple):
    """A present match. `subject` is the person whom the records of the party name, empty for the party itself."""

    match_id: int
    party_id: str
    list: str
    entry_id: int
    subject: str
    grade: str
    agrees: Sequence[str]
    differs: Sequence[str]
    version: int | None
    edition: str
    found_at: datetime


class Found(NamedTuple):
    """A match with what the list says of the entry, and the latest decision on it."""

    match_id: int
    party_id: str
    list: str
    entry_id: int
    subject: str
    grade: str
    agrees: Sequence[str]
    differs: Sequence[str]
    version: int | None
    edition: str
    found_at: datetime
    gone_at: datetime | None
    gone_why: str | None
    content: dict[str, Any]
    verdict: str | None
    decided_grade: str | None
    reason: str | None
    author: str | None
    decided_at: datetime | None


class Held(NamedTuple):
    """A present match to decide on."""

    match_id: int
    party_id: str
    list: str
    entry_id: int
    subject: str
    grade: str


Entry = tuple[str, int]
"""List and entry id."""


# Who is to be screened ---------------------------------------------------------------------------------------------


def wait_for_lock(connection: Connection) -> None:
    """Until the end of the transaction, be the only one who screens."""
    locks.lock(connection, locks.CHECKS)


def try_lock(connection: Connection) -> bool:
    """The same, if nobody else screens now."""
    return locks.try_lock(connection, locks.CHECKS)


def find_base(connection: Connection) -> int | None:
    """The change up to which all parties were screened; None before the first screening."""
    found = connection.execute(statements("checks")["base"]).fetchone()
    return None if found is None else int(found[0])


def move_base(connection: Connection, change_id: int) -> None:
    """All parties were screened up to a change."""
    connection.execute(statements("checks")["move_base"], {"change_id": change_id})
    connection.execute(statements("checks")["clear_fresh"])


def keep_fresh(connection: Connection, party_ids: Sequence[str], change_id: int) -> None:
    """Some parties were screened up to a change."""
    connection.execute(statements("checks")["keep_fresh"], {"ids": list(party_ids), "change_id": change_id})


def changed(connection: Connection, base: int) -> list[str]:
    """Parties that something happened to since a change."""
    return [row[0] for row in connection.execute(statements("checks")["changed"], {"base": base}).fetchall()]


def count_events(connection: Connection, base: int, most: int) -> int:
    """How many events there are after a change, counted up to `most`; their ids may have gaps."""
    return int(scalar(connection, statements("checks")["count_events"], {"base": base, "most": most}))


def pending(connection: Connection, base: int, first: Sequence[str], most: int) -> list[str]:
    """At most so many parties that changed since they were screened, those of `first` before others."""
    parameters = {"base": base, "first": list(first), "most": most}
    return [row[0] for row in connection.execute(statements("checks")["pending"], parameters).fetchall()]


def pending_of(connection: Connection, base: int, party_ids: Sequence[str]) -> set[str]:
    """Which of some parties changed since they were screened."""
    parameters = {"base": base, "ids": list(party_ids)}
    return {row[0] for row in connection.execute(statements("checks")["pending_of"], parameters).fetchall()}


def count_pending(connection: Connection, base: int) -> int:
    """How many parties changed since they were screened."""
    return int(scalar(connection, statements("checks")["count_pending"], {"base": base}))


# What is screened --------------------------------------------------------------------------------------------------


def subject_batches(connection: Connection, party_ids: Sequence[str] | None) -> Iterator[pl.DataFrame]:
    """Golden values that are held against lists (SUBJECTS), of some parties or of all."""
    for table in read_batches(connection, statements("checks")["subjects"], SUBJECTS, {"ids": _ids(party_ids)}):
        yield pl.DataFrame(table)


def officers(connection: Connection, party_ids: Sequence[str] | None) -> pl.DataFrame:
    """Directors and owners whom the records of organizations name now (OFFICERS)."""
    return pl.DataFrame(read_table(connection, statements("checks")["officers"], OFFICERS, {"ids": _ids(party_ids)}))


def screened_officers(connection: Connection, party_ids: Sequence[str] | None) -> pl.DataFrame:
    """Those of the last screening (OFFICERS)."""
    rows = connection.execute(statements("checks")["screened_officers"], {"ids": _ids(party_ids)}).fetchall()
    return pl.DataFrame(rows, schema=dict.fromkeys(OFFICERS.names, pl.String), orient="row")


def keep_officers(connection: Connection, found: pl.DataFrame, party_ids: Sequence[str] | None) -> None:
    """Those of this screening, of some parties or of all."""
    connection.execute(statements("checks")["forget_officers"], {"ids": _ids(party_ids)})
    copy_frame(connection, "check_officer", found.select(OFFICERS.names).with_columns(pl.col("inn").fill_null("")))


def _ids(party_ids: Sequence[str] | None) -> list[str] | None:
    return None if party_ids is None else list(party_ids)


# Lists and matches -------------------------------------------------------------------------------------------------


def lists(connection: Connection) -> dict[str, ScreenedList]:
    """Screened editions by list."""
    found = rows_of(connection, ScreenedList, statements("checks")["lists"])
    return {one.list: one for one in found}


def keep_list(
    connection: Connection, *, name: str, file_sha256: str, version: str, published: date, entries: int, rules: int
) -> None:
    """All parties were held against this edition."""
    parameters = {
        "list": name,
        "file_sha256": bytes.fromhex(file_sha256),
        "version": version,
        "published": published,
        "entries": entries,
        "rules": rules,
    }
    connection.execute(statements("checks")["keep_list"], parameters)


def standing(
    connection: Connection,
    *,
    is_all: bool = False,
    party_ids: Iterable[str] = (),
    of_lists: Iterable[str] = (),
    entries: Iterable[Entry] = (),
) -> list[Standing]:
    """Present matches: all, or those of some parties, of whole lists, or of some entries."""
    touched = list(entries)
    parameters = {
        "is_all": is_all,
        "ids": list(party_ids),
        "lists": list(of_lists),
        "entry_lists": [name for name, _ in touched],
        "entry_ids": [number for _, number in touched],
    }
    return rows_of(connection, Standing, statements("checks")["standing"], parameters)


def end_matches(connection: Connection, ended: Mapping[int, str]) -> None:
    """Matches are no longer: because of the `entry` or of the `party`."""
    parameters = {"ids": list(ended), "why": list(ended.values())}
    connection.execute(statements("checks")["end_matches"], parameters)


MATCHES: Final[Schema] = {
    "party_id": pl.String,
    "list": pl.String,
    "entry_id": pl.Int64,
    "subject": pl.String,
    "grade": pl.String,
    "agrees": pl.List(pl.String),
    "differs": pl.List(pl.String),
    "version": pl.Int32,
    "edition": pl.String,
}


def add_matches(connection: Connection, found: pl.DataFrame) -> None:
    """Add matches (MATCHES)."""
    copy_frame(connection, "check_match", found.select(list(MATCHES)))


def known_entries(connection: Connection, entries: Sequence[Entry]) -> set[Entry]:
    """Which of some entries are kept."""
    parameters = {"lists": [name for name, _ in entries], "ids": [number for _, number in entries]}
    return set(connection.execute(statements("checks")["known_entries"], parameters).fetchall())


def keep_entries(connection: Connection, contents: Mapping[Entry, Mapping[str, Any]]) -> None:
    """Keep what lists say of entries."""
    parameters = {
        "lists": [name for name, _ in contents],
        "ids": [number for _, number in contents],
        "contents": [Jsonb(dict(content)) for content in contents.values()],
    }
    connection.execute(statements("checks")["keep_entries"], parameters)


def log_run(
    connection: Connection, *, started_by: str, lists: Mapping[str, Any], parties: int, found: int, gone: int
) -> None:
    """Note a screening."""
    parameters = {
        "started_by": started_by,
        "lists": Jsonb(dict(lists)),
        "parties": parties,
        "found": found,
        "gone": gone,
    }
    connection.execute(statements("checks")["log_run"], parameters)


# Looking and deciding ----------------------------------------------------------------------------------------------


def of_party(connection: Connection, party_id: str, *, with_gone: bool = False) -> list[Found]:
    """Matches of a party, present ones first."""
    return rows_of(connection, Found, statements("checks")["of_party"], {"party_id": party_id, "with_gone": with_gone})


def listed(
    connection: Connection,
    *,
    of_list: str | None,
    grades: Sequence[str] | None,
    is_open: bool | None,
    order: Sequence[str],
    before: int | None,
    limit: int,
) -> list[Found]:
    """Present matches of all parties, the newest first, older than the match `before`; order: grades, surest first."""
    parameters = {
        "list": of_list,
        "grades": None if grades is None else list(grades),
        "is_open": is_open,
        "order": list(order),
        "before": before,
        "limit": limit,
    }
    return rows_of(connection, Found, statements("checks")["listed"], parameters)


def get(connection: Connection, match_id: int) -> Held:
    """A present match; NotFound when there is none."""
    found = row_of(connection, Held, statements("checks")["get"], {"match_id": match_id})
    if found is None:
        raise NotFound(f"there is no match {match_id} now")
    return found


def decide(connection: Connection, match: Held, *, verdict: str, reason: str, author: str) -> int:
    """Write a decision on a match into the ledger; answers its number."""
    parameters = match._asdict() | {"verdict": verdict, "reason": reason, "author": author}
    return int(scalar(connection, statements("checks")["decide"], parameters))


def counts(connection: Connection) -> dict[str, dict[str, int]]:
    """How many present matches of each grade each list has."""
    found: dict[str, dict[str, int]] = {}
    for name, grade, number in connection.execute(statements("checks")["count"]).fetchall():
        found.setdefault(name, {})[grade] = number
    return found


# What else is known of a party -------------------------------------------------------------------------------------


def sharing_contact(connection: Connection, party_id: str, contacts: Sequence[str]) -> dict[str, int]:
    """How many other parties have each of some contacts, up to a thousand."""
    parameters = {"party_id": party_id, "contacts": list(contacts)}
    return dict(connection.execute(statements("checks")["sharing_contact"], parameters).fetchall())


def persons_at(connection: Connection, party_id: str) -> int:
    """How many other persons live where a party does."""
    return int(scalar(connection, statements("checks")["persons_at"], {"party_id": party_id}))


def companies_at(connection: Connection, party_id: str) -> int:
    """How many other organizations are where a party is."""
    return int(scalar(connection, statements("checks")["companies_at"], {"party_id": party_id}))


def headed(connection: Connection, party_id: str, names: Sequence[str]) -> dict[str, int]:
    """How many other organizations name each of some persons as their director."""
    parameters = {"party_id": party_id, "names": list(names)}
    return dict(connection.execute(statements("checks")["headed"], parameters).fetchall())


def count_debts(connection: Connection, accounts: Sequence[str]) -> int:
    """How many of some accounts are in debt."""
    return int(scalar(connection, statements("checks")["debts_of"], {"accounts": list(accounts)}))

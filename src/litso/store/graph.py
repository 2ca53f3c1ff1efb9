"""The graph as it is kept: ties of parties, roles in time, households, and who is to be worked out anew."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from typing import Any, Final, NamedTuple

import polars as pl
import pyarrow as pa
from psycopg import sql

from litso.store import locks
from litso.store.bulk import copy_frame, filling, read_batches
from litso.store.database import Connection, array_of, rows_of
from litso.store.queries import statements

_TEXT: Final = pa.string()
_TIME: Final = pa.timestamp("us")
_STATEMENTS: Final = pa.schema(
    [
        ("party_id", _TEXT),
        ("record_id", pa.int64()),
        ("at", _TIME),
        ("ended", _TIME),
        ("house_key", _TEXT),
        ("flat", _TEXT),
        ("accounts", pa.list_(_TEXT)),
        ("contacts", pa.list_(_TEXT)),
        ("surname", _TEXT),
    ]
)
_BOOKS: Final = pa.schema(
    [
        ("record_id", pa.int64()),
        ("kind", _TEXT),
        ("account", _TEXT),
        ("begins", _TIME),
        ("ends", _TIME),
        ("status", _TEXT),
    ]
)
_TIES: Final = pa.schema(
    [
        ("party_id", _TEXT),
        ("what", _TEXT),
        ("account", _TEXT),
        ("place", _TEXT),
        ("contact", _TEXT),
        ("first_at", _TIME),
        ("last_at", _TIME),
        ("begins", _TIME),
        ("ends", _TIME),
        ("times", pa.int32()),
        ("records", pa.list_(_TEXT)),
    ]
)
_PEOPLE: Final = pa.schema([(name, _TEXT) for name in ("party_id", "is_person", "surname", "given_name", "patronymic")])
_STATED: Final = pa.schema(
    [
        ("role", _TEXT),
        ("name", _TEXT),
        ("account", _TEXT),
        ("house_key", _TEXT),
        ("flat", _TEXT),
        ("since", pa.date32()),
        ("until", pa.date32()),
    ]
)
EVERYTHING: Final = "00000000-0000-0000-0000-000000000000"
"""In place of a party: the whole graph is to be worked out anew."""

_MOST_AT: Final = 1000
"""Ties followed from one account, premise or contact: those of more say nothing of who lives with whom."""


class Role(NamedTuple):
    """A role of a party in time; `until` is the first day on which it is over."""

    party_id: str
    role: str
    account: str | None
    place: str | None
    since: date | None
    until: date | None
    seen_from: date | None
    reason: str
    records: list[int]


class Member(NamedTuple):
    """A member of a household and what binds it to the others."""

    party_id: str
    household_id: str
    place: str
    reasons: list[str]


class Size(NamedTuple):
    """How large the graph is; `pending` parties are to be worked out anew."""

    ties: int
    roles: int
    households: int
    members: int
    pending: int


# What is to be worked out anew -----------------------------------------------------------------------------------


def expect(connection: Connection, party_ids: Iterable[str]) -> None:
    """Remember that parties changed: their place in the graph is worked out anew when somebody asks for it."""
    ids = sorted(party_ids)
    if ids:
        connection.execute(statements("graph")["expect"], {"ids": array_of(ids)})


def take_pending(connection: Connection, first: Sequence[str], most: int) -> list[str]:
    """Take up to `most` of the parties that changed, those of `first` before others."""
    rows = connection.execute(statements("graph")["take_pending"], {"first": list(first), "most": most}).fetchall()
    return [row[0] for row in rows]


def count_pending(connection: Connection) -> tuple[int, bool]:
    """How many parties are to be worked out anew, and whether everything is."""
    row = connection.execute(statements("graph")["count_pending"], {"everything": EVERYTHING}).fetchone()
    return (row[0], row[1]) if row else (0, False)


def clear_pending(connection: Connection) -> None:
    """Everything is being worked out anew."""
    connection.execute(statements("graph")["clear_pending"])


def try_lock(connection: Connection) -> bool:
    """Be the only one who writes the graph until the transaction ends; False when another is at it."""
    return locks.try_lock(connection, locks.GRAPH)


def wait_for_lock(connection: Connection) -> None:
    """Be the only one who writes the graph until the transaction ends."""
    locks.lock(connection, locks.GRAPH)


# What it is worked out of ----------------------------------------------------------------------------------------


def read_statements(connection: Connection, party_ids: Sequence[str] | None = None) -> pl.DataFrame:
    """What the records of parties (or of all) say, said before, or said until they were deleted."""
    return _frame(connection, "statements", _STATEMENTS, {"ids": _listed(party_ids)})


def read_books(connection: Connection, kinds: Sequence[str], record_ids: Sequence[int] | None = None) -> pl.DataFrame:
    """Facts of some kinds that hang on records (or on any)."""
    return _frame(connection, "books", _BOOKS, {"kinds": list(kinds), "ids": _listed(record_ids)})


def read_houses_with_flats(connection: Connection, house_keys: Sequence[str] | None = None) -> pl.Series:
    """Which of the houses (or of all) have flats."""
    schema = pa.schema([("house_key", _TEXT)])
    return _frame(connection, "houses_with_flats", schema, {"keys": _listed(house_keys)})["house_key"]


def read_houses(connection: Connection, house_keys: Sequence[str] | None = None) -> pl.Series:
    """Which of the houses (or of all) the books know."""
    schema = pa.schema([("house_key", _TEXT)])
    return _frame(connection, "houses", schema, {"keys": _listed(house_keys)})["house_key"]


def read_stated(connection: Connection, house_keys: Sequence[str] | None = None) -> pl.DataFrame:
    """Roles that registers state by name at the houses (or at all)."""
    return _frame(connection, "stated", _STATED, {"keys": _listed(house_keys)})


def read_people(connection: Connection, party_ids: Sequence[str] | None = None) -> pl.DataFrame:
    """`party_id`, `is_person` and the parts of the name of parties (or of all) by their golden records."""
    found = _frame(connection, "people", _PEOPLE, {"ids": _listed(party_ids)})
    return found.with_columns(pl.col("is_person") == "t")


def read_ties(connection: Connection, party_ids: Sequence[str] | None = None) -> pl.DataFrame:
    """Ties of parties (or of all)."""
    found = _frame(connection, "read_ties", _TIES, {"ids": _listed(party_ids)})
    return found.with_columns(pl.col("records").list.eval(pl.element().cast(pl.Int64)))


def neighbours(connection: Connection, party_ids: Sequence[str]) -> list[str]:
    """These parties and those tied to their accounts, premises and contacts."""
    parameters = {"ids": list(party_ids), "most": _MOST_AT}
    return [row[0] for row in connection.execute(statements("graph")["neighbours"], parameters).fetchall()]


def _frame(connection: Connection, name: str, schema: pa.Schema, parameters: dict[str, object]) -> pl.DataFrame:
    batches = read_batches(connection, statements("graph")[name], schema, parameters)
    frames = [pl.DataFrame(batch) for batch in batches]
    return pl.concat(frames) if frames else pl.DataFrame(schema.empty_table())


def _listed(ids: Sequence[object] | None) -> list[object] | None:
    return None if ids is None else list(ids)


# Numbers of accounts ----------------------------------------------------------------------------------------------


class Alias(NamedTuple):
    """Another number of an account and the source that says so."""

    alias: str
    account: str
    source: str


class Number(NamedTuple):
    """Another number of an account; `others` are accounts that have it too, which is a conflict."""

    alias: str
    source: str
    others: list[str]


def read_stated_numbers(connection: Connection, record_ids: Sequence[int] | None = None) -> list[tuple[str, str, str]]:
    """(account, source, state number as given) from facts of records, or of all."""
    rows = connection.execute(statements("graph")["stated_numbers"], {"ids": _listed(record_ids)}).fetchall()
    return [(account, source, given) for account, source, given in rows if given]


def replace_aliases(connection: Connection, aliases: Sequence[Alias], accounts: Sequence[str] | None) -> None:
    """These are all other numbers of the accounts, or of all accounts."""
    if accounts is None:
        connection.execute(statements("graph")["empty_aliases"])
    else:
        connection.execute(statements("graph")["forget_aliases"], {"accounts": list(accounts)})
    names = ("aliases", "accounts", "sources")
    columns = [list(column) for column in zip(*aliases, strict=True)] or [[], [], []]
    connection.execute(statements("graph")["add_aliases"], dict(zip(names, columns, strict=True)))


def meant(connection: Connection, numbers: Sequence[str] | None = None) -> dict[str, str]:
    """Number → the one account that it is another name of."""
    return dict(connection.execute(statements("graph")["meant"], {"numbers": _listed(numbers)}).fetchall())


def numbers_of(connection: Connection, account: str) -> list[Number]:
    """Other numbers of an account."""
    return rows_of(connection, Number, statements("graph")["numbers"], {"account": account})


# What is kept ----------------------------------------------------------------------------------------------------


def replace_ties(connection: Connection, party_ids: Sequence[str], ties: pl.DataFrame) -> None:
    """These are all ties of these parties."""
    connection.execute(statements("graph")["forget_ties"], {"ids": list(party_ids)})
    _copy(connection, "tie", ties)


def replace_results(
    connection: Connection, party_ids: Sequence[str], roles: pl.DataFrame, members: pl.DataFrame
) -> None:
    """These are all roles and memberships of these parties."""
    connection.execute(statements("graph")["forget_roles"], {"ids": list(party_ids)})
    connection.execute(statements("graph")["forget_members"], {"ids": list(party_ids)})
    _copy(connection, "role", roles)
    _copy(connection, "household_member", members)


def replace_all(connection: Connection, ties: pl.DataFrame, roles: pl.DataFrame, members: pl.DataFrame) -> None:
    """This is the whole graph."""
    whole = {"tie": ties, "role": roles, "household_member": members}
    for table in whole:
        connection.execute(sql.SQL("truncate {}").format(sql.Identifier(table)))
    with filling(connection, {table: frame.height for table, frame in whole.items()}) as emptied:
        for table, frame in whole.items():
            _copy(connection, table, frame, freeze=table in emptied)


def _copy(connection: Connection, table: str, frame: pl.DataFrame, *, freeze: bool = False) -> None:
    if frame.height:
        lists = [name for name, kind in frame.schema.items() if isinstance(kind, pl.List)]
        texts = frame.with_columns(pl.col(name).list.eval(pl.element().cast(pl.String)) for name in lists)
        copy_frame(connection, table, texts, freeze=freeze)


# Reading ---------------------------------------------------------------------------------------------------------


def roles_of_party(connection: Connection, party_id: str) -> list[Role]:
    """Roles of a party, the present ones first."""
    return rows_of(connection, Role, statements("graph")["roles_of_party"], {"party_id": party_id})


def roles_of_account(connection: Connection, accounts: Sequence[str]) -> list[Role]:
    """Who is what to an account, known by one number or several; the present ones first."""
    return rows_of(connection, Role, statements("graph")["roles_of_account"], {"accounts": list(accounts)})


def roles_of_place(connection: Connection, place: str) -> list[Role]:
    """Who is what to a premise, the present ones first."""
    return rows_of(connection, Role, statements("graph")["roles_of_place"], {"place": place})


def household_of(connection: Connection, party_id: str) -> list[Member]:
    """The members of a party's household, itself among them; empty when nobody knows where it lives."""
    return rows_of(connection, Member, statements("graph")["household_of"], {"party_id": party_id})


def households_at(connection: Connection, place: str) -> list[Member]:
    """The members of the households at a premise."""
    return rows_of(connection, Member, statements("graph")["households_at"], {"place": place})


def size(connection: Connection) -> Size:
    """How large the graph is."""
    return rows_of(connection, Size, statements("graph")["count"])[0]


class Debt(NamedTuple):
    """An account in debt (roubles) and one who owns it today; `party_id` is null where nobody is known to."""

    fact_id: int
    account: str
    amount: Decimal
    place: str | None
    party_id: str | None
    since: date | None
    kind: str
    name: str
    golden_values: dict[str, Any]


class Lack(NamedTuple):
    """Debtors of a kind without any of some attributes; with `need` "debtor", accounts without a debtor."""

    need: str
    kind: str
    any_of: Sequence[str]


def debts(
    connection: Connection,
    *,
    day: date,
    least: Decimal,
    lack: Lack | None,
    after: tuple[Decimal, int, str] | None,
    limit: int,
) -> list[Debt]:
    """Accounts with a debt of at least so much, the largest first, after a debt, its fact id and party."""
    amount, fact_id, party = after or (None, None, None)
    parameters = {
        "day": day,
        "least": least,
        "lacks": lack and lack.need,
        "kind": lack and lack.kind,
        "any_of": list(lack.any_of) if lack else [],
        "amount": amount,
        "fact_id": fact_id,
        "party": party,
        "limit": limit,
    }
    return rows_of(connection, Debt, statements("graph")["debts"], parameters)


class Stated(NamedTuple):
    """What a record of an organization says of a person by name."""

    name: str
    role: str
    title: str | None
    since: date | None
    until: date | None
    source: str
    fact_key: str


class Headed(NamedTuple):
    """An organization that names a person."""

    party_id: str
    name: str
    role: str
    title: str | None


class Named(NamedTuple):
    """A party found by tokens of its golden record."""

    party_id: str
    name: str
    kind: str
    golden_values: dict[str, Any]


def stated_of_party(connection: Connection, party_id: str) -> list[Stated]:
    """Persons whom the records of a party name, those in office first."""
    return rows_of(connection, Stated, statements("graph")["stated_of_party"], {"party_id": party_id})


def headed_by(connection: Connection, name: str) -> list[Headed]:
    """Organizations whose records name a person so."""
    return rows_of(connection, Headed, statements("graph")["headed_by"], {"name": name})


def find_by_tokens(connection: Connection, tokens: Sequence[str], kind: str, *, limit: int = 50) -> list[Named]:
    """Parties of a kind that have all these search tokens (`golden.search`)."""
    query = " & ".join("'{}'".format(token.replace("\\", "").replace("'", "''")) for token in tokens)
    return rows_of(connection, Named, statements("graph")["named"], {"query": query, "kind": kind, "limit": limit})


def house_lines(connection: Connection, house_keys: Iterable[str]) -> dict[str, str]:
    """House key → the house as people write it."""
    keys = {"keys": sorted(set(house_keys))}
    return dict(connection.execute(statements("graph")["lines"], keys).fetchall())


def sources_of(connection: Connection, record_ids: Iterable[int]) -> dict[int, tuple[str, str]]:
    """Record → its source and its key there."""
    rows = connection.execute(statements("graph")["sources_of"], {"ids": sorted(set(record_ids))}).fetchall()
    return {row[0]: (row[1], row[2]) for row in rows}

"""The graph of persons, organizations, accounts and premises: worked out of source records, kept, followed, read.

A load works out everything anew; an upsert or a judgement only notes the parties that it touched, and whoever asks for
the graph next works out these and what hangs together with them. Both give the same graph.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

import polars as pl

from litso.golden.households import households
from litso.golden.houses import meant_houses
from litso.golden.register import with_register
from litso.golden.residence import MOST_AT_PLACE, Around, placed, residences
from litso.golden.roles import roles
from litso.golden.ties import (
    CONTACT,
    FACT_KINDS,
    FACT_SCHEMA,
    NAME,
    OWNER,
    RECORD_SCHEMA,
    TIE_SCHEMA,
    contact_ties,
    gather_ties,
    name_ties,
    place_key,
)
from litso.resolve.words import fold, surname_stem
from litso.standardize.account import account as standard_account
from litso.store import graph
from litso.store.database import Connection, Store
from litso.telemetry.traces import traced

MOST_SHARING: Final = 8
"""Persons who share a phone or an e-mail above which it binds nobody."""

_AT_ONCE: Final = 100
_MOST_FOLLOWED: Final = 2_000
"""Changed parties above which working out everything anew is quicker."""
_NAME_PARTS: Final = ("surname", "given_name", "patronymic")
_REACH: Final = 3
"""Steps from a changed party to those whose home, household or roles the change may alter; as many again to see why."""


class Known(NamedTuple):
    """What beside ties the graph is worked out of, as the functions `read_…` of `store.graph` give it."""

    people: pl.DataFrame
    houses_with_flats: pl.Series
    stated: pl.DataFrame


class Derived(NamedTuple):
    """Roles (`golden.roles.ROLE_SCHEMA`) and members of households (`golden.households.MEMBER_SCHEMA`)."""

    roles: pl.DataFrame
    members: pl.DataFrame


def refresh(connection: Connection) -> graph.Size:
    """Work out the whole graph anew. Call it in a transaction of its own: readers of the graph wait for its end."""
    graph.wait_for_lock(connection)
    graph.clear_pending(connection)
    ties = _gathered(connection, None)
    derived = _derived(ties, _known(connection))
    graph.replace_all(connection, ties, derived.roles, derived.members)
    return graph.size(connection)


@traced
def catch_up(store: Store) -> None:
    """After loads: bring the graph up to date with all that changed, in transactions of its own."""
    with store.transaction() as connection:
        pending, is_everything = graph.count_pending(connection)
        if is_everything or pending > _MOST_FOLLOWED:
            refresh(connection)
            return
    for _ in range(0, pending, _AT_ONCE):
        with store.transaction() as connection:
            follow(connection)


def follow(connection: Connection, first: Sequence[str] = ()) -> int:
    """Bring the graph up to date with what changed since, at most a hundred parties, those of `first` before others.

    Answers how many parties were worked out anew; none when another transaction is at it, or `refresh` is due.
    """
    pending, is_everything = graph.count_pending(connection)
    if not pending or is_everything or not graph.try_lock(connection):
        return 0
    changed = graph.take_pending(connection, first, _AT_ONCE)
    before = _around(connection, changed, _REACH)
    graph.replace_ties(connection, changed, _gathered(connection, changed))
    touched = _around(connection, sorted({*before, *changed}), _REACH)
    context = _around(connection, touched, _REACH)
    ties = graph.read_ties(connection, context)
    houses = ties["place"].drop_nulls().str.split("#").list.first().unique().to_list()
    people, stated = graph.read_people(connection, context), graph.read_stated(connection, houses)
    found = _derived(ties, Known(people, graph.read_houses_with_flats(connection, houses), stated))
    is_touched = pl.col("party_id").is_in(touched)
    graph.replace_results(connection, touched, found.roles.filter(is_touched), found.members.filter(is_touched))
    return len(changed)


def _around(connection: Connection, party_ids: Sequence[str], steps: int) -> list[str]:
    found = set(party_ids)
    for _ in range(steps):
        wider = set(graph.neighbours(connection, sorted(found)))
        if wider <= found:
            break
        found |= wider
    return sorted(found)


def _gathered(connection: Connection, party_ids: Sequence[str] | None) -> pl.DataFrame:
    """The ties of parties, or of all, from what their records say."""
    stated = graph.read_statements(connection, party_ids)
    ids = None if party_ids is None else stated["record_id"].unique().to_list()
    books = graph.read_books(connection, FACT_KINDS, ids)
    _number(connection, ids)
    stated, books = _renumbered(connection, stated, books, is_all=party_ids is None)
    stated = _rehoused(connection, stated, is_all=party_ids is None)
    ties = gather_ties(stated.select(list(RECORD_SCHEMA)), books.select(list(FACT_SCHEMA)))
    named = name_ties(stated.with_columns(_compared("stem", stated["surname"])))
    others = [contact_ties(stated), named]
    return pl.concat([ties.with_columns(contact=pl.lit(None, pl.String)), *others], how="diagonal")


def _number(connection: Connection, record_ids: Sequence[int] | None) -> None:
    """Keep the state numbers that the books of these records, or of all, give accounts."""
    given = graph.read_stated_numbers(connection, record_ids)
    found = [
        graph.Alias(alias, account, source)
        for account, source, text in given
        for alias in state_numbers(text)
        if alias != account
    ]
    graph.replace_aliases(connection, found, None if record_ids is None else [account for account, _, _ in given])


def state_numbers(text: str) -> list[str]:
    """ЕЛС of a text, and the ИЖКУ itself where it is one: «50АА123456-01» is a service of the account «50АА123456»."""
    number = standard_account(text)
    if number.value is None:
        return []
    whole, _, service = number.value.partition("-")
    return [whole, number.value] if service else [whole]


def _renumbered(
    connection: Connection, stated: pl.DataFrame, books: pl.DataFrame, *, is_all: bool
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Statements and books with each account under one number, whichever of its numbers they name."""
    named = pl.concat([stated["accounts"].explode(), books["account"]]).drop_nulls().unique()
    meant = graph.meant(connection, None if is_all else named.to_list())
    if not meant:
        return stated, books
    one = pl.element().replace(list(meant), list(meant.values()))
    return (
        stated.with_columns(pl.col("accounts").list.eval(one).list.unique(maintain_order=True)),
        books.with_columns(pl.col("account").replace(list(meant), list(meant.values()))),
    )


def _rehoused(connection: Connection, stated: pl.DataFrame, *, is_all: bool) -> pl.DataFrame:
    """Statements with the house that is meant where the books know none of that name."""
    given = stated["house_key"].drop_nulls().unique()
    known = graph.read_houses(connection, None if is_all else given.to_list())
    unknown = given.filter(~given.is_in(known.implode())).to_list()
    if not unknown:
        return stated
    meant = meant_houses(unknown, (known if is_all else graph.read_houses(connection)).to_list())
    houses = pl.DataFrame(
        [(key, *one) for key, one in meant.items()],
        schema={"house_key": pl.String, "house": pl.String, "told": pl.String},
        orient="row",
    )
    is_meant = pl.col("house").is_not_null() & (pl.col("told").is_null() | pl.col("flat").is_null())
    mended = stated.join(houses, on="house_key", how="left", maintain_order="left").with_columns(
        house_key=pl.when(is_meant).then("house").otherwise("house_key"),
        flat=pl.when(is_meant).then(pl.coalesce("told", "flat")).otherwise("flat"),
    )
    return mended.drop("house", "told")


def read_around(connection: Connection) -> tuple[pl.DataFrame, Around]:
    """What homes are worked out of: ties with their premises, and what is around them. For learning their weights."""
    known = _known(connection)
    ties = _gathered(connection, None)
    return _placed(ties, known), _around_persons(ties, _folded(known.people.filter("is_person")), _rights(known.stated))


def _known(connection: Connection) -> Known:
    return Known(graph.read_people(connection), graph.read_houses_with_flats(connection), graph.read_stated(connection))


def _derived(ties: pl.DataFrame, known: Known) -> Derived:
    """Roles and households from ties, those of contacts and names among them."""
    names, rights = _folded(known.people.filter("is_person")), _rights(known.stated)
    around = _around_persons(ties, names, rights)
    whole = _placed(ties, known)
    homes = residences(whole, around)
    related = with_register(roles(whole, homes, around.people), rights, whole, names)
    return Derived(related, households(homes, around.people, whole, around.contacts))


def _placed(ties: pl.DataFrame, known: Known) -> pl.DataFrame:
    own = ties.filter(~pl.col("what").is_in([CONTACT, NAME]))
    return placed(own.select(list(TIE_SCHEMA)), known.houses_with_flats)


def _around_persons(ties: pl.DataFrame, names: pl.DataFrame, rights: pl.DataFrame) -> Around:
    people, what = names.select("party_id", "stem"), pl.col("what")
    return Around(
        people,
        _sharing(ties.filter(what == CONTACT).select("party_id", "contact"), people),
        _namesakes(ties.filter(what == NAME).select("party_id", "contact")),
        rights.filter(pl.col("role") == OWNER).select("place", "stem", "since", "until"),
    )


def _folded(people: pl.DataFrame) -> pl.DataFrame:
    """Parts of names as they are compared: `party_id`, `stem` of the surname, `given_name`, `patronymic`."""
    return people.with_columns(
        _compared("stem", people["surname"]),
        _compared("given_name", people["given_name"]),
        _compared("patronymic", people["patronymic"]),
    ).drop("surname", "is_person", strict=False)


def _compared(name: str, values: pl.Series) -> pl.Series:
    """Parts of names as they are compared; surnames, for `stem`, without what tells a woman's from a man's."""
    words = fold(values.to_arrow())
    return pl.Series(name, (surname_stem(words) if name == "stem" else words).to_pylist(), dtype=pl.String)


def _rights(stated: pl.DataFrame) -> pl.DataFrame:
    """Rights with the parts of the holder's name and the premise."""
    words = pl.col("name").str.strip_chars().str.split(" ")
    parts = [words.list.get(place, null_on_oob=True).alias(name) for place, name in enumerate(_NAME_PARTS)]
    return _folded(stated.with_columns(*parts, place=place_key(pl.col("house_key"), pl.col("flat"))))


def _sharing(contacts: pl.DataFrame, people: pl.DataFrame) -> pl.DataFrame:
    """Pairs (`party_id`, `other`) of persons with a contact that few have."""
    of_persons = contacts.unique().join(people.select("party_id"), on="party_id")
    few = of_persons.group_by("contact").len().filter(pl.col("len").is_between(2, MOST_SHARING)).select("contact")
    chosen = of_persons.join(few, on="contact")
    pairs = chosen.join(chosen.rename({"party_id": "other"}), on="contact")
    return pairs.filter(pl.col("party_id") != pl.col("other")).select("party_id", "other").unique()


def _namesakes(names: pl.DataFrame) -> pl.DataFrame:
    """Pairs (`party_id`, `other`) who named a house (`house`) under one surname."""
    listed = names.with_columns(house=pl.col("contact").str.split("~").list.first())
    few = listed.filter(pl.len().over("contact").is_between(2, MOST_AT_PLACE))
    pairs = few.join(few.select("contact", pl.col("party_id").alias("other")), on="contact")
    return pairs.filter(pl.col("party_id") != pl.col("other")).select("party_id", "other", "house").unique()

"""Many callers at once: each gets its own answer, nothing is lost or doubled, one person stays one party."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import pytest
from small_sources import person, register
from test_online import ROBOT, assert_as_in_bulk, of_row, parties

from litso.errors import BadUsage, Forbidden, LitsoError, NotFound
from litso.store.database import Connection, Store
from litso.usecases.access import Actor
from litso.usecases.gathering import Gathering
from litso.usecases.online import Given


def test_writers_of_one_person_leave_one_party(store: Store, tmp_path: Path) -> None:
    register(store, "crm")
    gathering = Gathering(store)
    rows = [person(1, id=f"{number % 40}", mail=f"m{number % 3}@mail.ru") for number in range(120)]
    with ThreadPoolExecutor(16) as pool:
        answers = list(pool.map(lambda row: gathering.upsert(ROBOT, [of_row(row)]).result(), rows))
    assert [answer[0].source_id for answer in answers] == [row["id"] for row in rows]
    with store.transaction() as connection:
        found = parties(connection)
    assert len(found) == 40
    assert len(set(found.values())) == 1
    assert_as_in_bulk(store, tmp_path)


def test_a_bad_record_is_refused_alone(store: Store, tmp_path: Path) -> None:
    register(store, "crm")
    gathering = Gathering(store)
    given = [[of_row(person(number))] for number in range(12)]
    given[3] = [Given("nobody", "1", {})]
    given[7] = [Given("crm", "7", {"shoe_size": "45"})]
    given[9] = [of_row(person(20)), Given("crm", "x", {"shoe_size": "45"})]

    def write(one: list[Given]) -> str | type[LitsoError]:
        try:
            return gathering.upsert(ROBOT, one).result()[0].status
        except LitsoError as error:
            return type(error)

    with ThreadPoolExecutor(12) as pool:
        answers = list(pool.map(write, given))
    assert [answers[place] for place in (3, 7, 9)] == [NotFound, BadUsage, BadUsage]
    with store.transaction() as connection:
        assert sorted(parties(connection), key=int) == ["0", "1", "2", "4", "5", "6", "8", "10", "11"]
    assert_as_in_bulk(store, tmp_path)


class Stumbling(Store):
    """A store whose first transaction breaks down in a way nobody foresaw."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self.has_stumbled = False

    @contextmanager
    def resolving(self) -> Iterator[Connection]:
        if not self.has_stumbled:
            self.has_stumbled = True
            raise RuntimeError
        with self._store.resolving() as connection:
            yield connection


def test_a_writer_that_breaks_down_takes_nobody_with_it(store: Store) -> None:
    register(store, "crm")
    gathering = Gathering(Stumbling(store))

    def write(number: int) -> str:
        try:
            return gathering.upsert(ROBOT, [of_row(person(number))]).result()[0].status
        except RuntimeError:
            return "broken"

    with ThreadPoolExecutor(8) as pool:
        answers = sorted(pool.map(write, range(8)))
    assert answers == ["broken", *["inserted"] * 7]
    assert write(8) == "inserted"


def test_who_may_not_write_is_told_before_anything_waits(store: Store) -> None:
    register(store, "crm")
    with pytest.raises(Forbidden):
        Gathering(store).upsert(Actor("лена", "analyst"), [of_row(person(1))])

"""Alarms of over-merged parties: what raises them, which two records are asked about, that order does not matter."""

from __future__ import annotations

import random
from datetime import date
from typing import Any

import pytest

from litso.domain.case import Ground, Stakes, leading, priority, risk, shares, value
from litso.resolve.alarms import Edge, Member, alarm, close_dates, evidence_hash, levels_basis


def member(number: int, **values: Any) -> Member:
    return Member(number, ("crm", str(number)), values)


def chain(*weights: float | None) -> list[Edge]:
    return [Edge(place, place + 1, weight, bytes([2, place + 1, 0])) for place, weight in enumerate(weights, 1)]


def members(count: int, **values: Any) -> list[Member]:
    return [member(number, **values) for number in range(1, count + 1)]


TWO_SNILS = [member(1, snils="11223344595", qc_snils=0), member(2, snils="08765430300", qc_snils=0)]
BORN = [member(1, birth_date=date(1961, 4, 12)), member(2, birth_date=date(1988, 11, 2)), member(3)]


@pytest.mark.parametrize(
    ("given", "edges", "expected", "asked"),
    [
        (members(3), chain(9, 9), [], None),
        (TWO_SNILS, chain(9), [("documents", "snils")], ("1", "2")),
        ([TWO_SNILS[0], member(2, snils="08765430300", qc_snils=1)], chain(9), [], None),
        ([member(1, inn="1", qc_inn=0), member(2, passport="2", qc_passport=0)], chain(9), [], None),
        (BORN, chain(9, 9), [("split", "birth_date")], ("1", "2")),
        ([member(1, gender="М"), member(2, gender="НД")], chain(9), [], None),
        ([member(1, gender="М"), member(2, gender="Ж")], chain(9), [("split", "gender")], ("2", "1")),
        (members(4), chain(9, 1.5, 9), [("bridge", "")], ("2", "3")),
        (members(4), chain(9, None, 9), [], None),
        (members(4), [*chain(9, 1.5, 9), Edge(1, 4, 2.5)], [], None),
        (members(4), [*chain(9, 1.5, 9), Edge(1, 4, -2.5)], [("bridge", "")], ("2", "3")),
        (members(41), chain(*[9] * 20, 5, *[9] * 19), [("large", "nodes")], ("21", "22")),
        ([member(1, phones=list("abc")), member(2, phones=list("def"))], chain(9), [("large", "phones")], ("1", "2")),
        ([member(1, surname=w) for w in "авг"], chain(9), [], None),
        (
            [member(place, surname=word) for place, word in enumerate(("Ежов", "Ёжов", "Ким", "Пак", "Цой"), 1)],
            chain(9, 9, 5, 9),
            [("large", "surnames")],
            ("3", "4"),
        ),
    ],
)
def test_what_is_alarming_about_a_person(
    given: list[Member], edges: list[Edge], expected: list[tuple[str, str]], asked: tuple[str, str] | None
) -> None:
    found = alarm("person", given, edges)
    assert [(one.what, one.attribute) for one in found.grounds] == expected if found else not expected
    if found:
        assert {found.left[1], found.right[1]} == set(asked or ())


def test_companies_contradict_each_other_by_their_own_numbers() -> None:
    found = alarm("organization", [member(1, ogrn="1", inn="7"), member(2, ogrn="2", inn="7")], chain(9))
    assert found is not None
    assert [(one.what, one.attribute) for one in found.grounds] == [("documents", "ogrn")]
    assert alarm("organization", TWO_SNILS, chain(9)) is None


def test_the_gravest_ground_leads_and_the_others_are_told_too() -> None:
    given = [member(1, snils="1", birth_date=date(1961, 4, 12)), member(2), member(3, snils="2", birth_date=date(1961, 4, 13))]  # fmt: skip  # noqa: E501
    found = alarm("person", given, chain(1.0, 9))
    assert found is not None
    assert [one.what for one in found.grounds] == ["documents", "bridge", "split"]
    assert (found.left[1], found.right[1]) == ("1", "3")
    assert found.grounds[2].is_close


def test_neither_order_nor_new_equal_evidence_makes_another_question() -> None:
    given, edges = [*TWO_SNILS, member(3), member(4)], [*chain(9, 1.5, 9)]
    first = alarm("person", given, edges)
    for seed in range(5):
        chance = random.Random(seed)
        mixed = alarm("person", chance.sample(given, 4), chance.sample(edges, 3))
        assert mixed == first
    more = alarm("person", [*given, Member(1, ("zz", "9"), TWO_SNILS[0].values)], edges)
    assert more is not None
    assert first is not None
    assert more.evidence == first.evidence
    other = alarm("person", [*given, member(5, snils="3")], [*edges, Edge(4, 5, 9)])
    assert other is not None
    assert other.evidence != first.evidence


def test_evidence_is_known_again_whatever_claims_are_added_later() -> None:
    assert levels_basis(b"\1\2\0\0") == levels_basis(b"\1\2")
    assert evidence_hash("a") != evidence_hash("b")


@pytest.mark.parametrize(
    ("one", "two", "expected"),
    [
        (date(1980, 2, 1), date(1980, 1, 2), True),
        (date(1980, 2, 1), date(1981, 2, 1), True),
        (date(1980, 2, 1), date(1980, 2, 11), True),
        (date(1980, 2, 1), date(1981, 3, 1), False),
        (date(1961, 4, 12), date(1988, 11, 2), False),
    ],
)
def test_dates_that_differ_by_a_slip(one: date, two: date, expected: bool) -> None:
    assert close_dates(one, two) is expected


# How urgent ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("graver", "lighter"),
    [
        (Ground("cut", weight=6.0), Ground("cut", weight=0.5)),
        (Ground("cut", weight=0.5), Ground("doubt", weight=-0.5)),
        (Ground("doubt", weight=-0.5), Ground("doubt", weight=-2.5)),
        (Ground("bridge", weight=0.5), Ground("bridge", weight=3.5)),
        (Ground("bridge", weight=0.5), Ground("doubt", weight=-0.5)),
        (Ground("documents", "snils", 2, 1), Ground("documents", "passport", 2, 1)),
        (Ground("split", "birth_date", 2, 1), Ground("split", "birth_date", 2, 1, is_close=True)),
        (Ground("large", "nodes", 80, 40), Ground("large", "nodes", 41, 40)),
        (Ground("documents", "snils", 2, 1), Ground("large", "nodes", 10_000, 40)),
    ],
)
def test_risk_grows_with_what_speaks_for_asking(graver: Ground, lighter: Ground) -> None:
    assert 0 < risk([lighter]) < risk([graver]) <= 100
    assert leading([lighter, graver]) == graver
    assert risk([lighter, graver]) == min(100, risk([graver]) + 5)


def test_value_is_the_sum_of_what_hangs_on_it() -> None:
    assert value(Stakes()) == 1
    hanging = Stakes(accounts=2, debt=5_000, facts=40, messages=2, consents=1)
    assert [(one.what, one.points) for one in shares(hanging)] == [
        ("accounts", 20),
        ("debt", 10),
        ("facts", 8),
        ("messages", 1),
        ("consents", 5),
    ]
    assert value(hanging) == 44
    assert value(Stakes(10**6, 10**9, 10**6, 10**6, 10**6)) == 100
    assert [priority(100, 44), priority(1, 1), priority(100, 100)] == [44, 1, 100]

"""Fragments that operators type, and the parties they mean."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rapidfuzz.distance import OSA

from litso.golden.search import NAMESPACES, search_tokens
from litso.usecases.search_plan import (
    Plan,
    Reach,
    matches,
    one_error_away,
    plan,
    plan_words,
    reasons,
    with_corrections,
    writings,
)

PERSON = {
    "full_name": "Иванов Пётр Ильич",
    "given_name": "Пётр",
    "patronymic": "Ильич",
    "birth_date": "1961-04-12",
    "city": "Самара",
    "street": "ул Ленина",
    "house": "5",
    "block": "2",
    "flat": "12",
    "phones": ["+79123456789"],
    "emails": ["ivanov.petr@mail.ru"],
    "accounts": ["00081234567"],
    "meters": ["СВ-0017"],
    "snils": "11223344595",
}
TOKENS = search_tokens(PERSON)


def kinds_of(chosen: Plan, found: Sequence[str]) -> list[str]:
    return [reason.kind for reason in reasons(chosen, found)]


def fits(chosen: Plan, found: Sequence[str]) -> bool:
    """What the store answers, said in Python."""
    return any(
        all(any(matches(term, token) for term in group for token in found) for group in reading) for reading in chosen
    )


@pytest.mark.parametrize(
    ("query", "kinds"),
    [
        ("иванов", ["name"]),
        ("ИВАНОВ ПЁТР", ["name"]),
        ("пётр иванов", ["name"]),
        ("иль ива", ["name"]),
        ("Иванов П И", ["name"]),
        ("bdfyjd", ["name"]),
        ("Bdfyjd gtnh", ["name"]),
        ("ivanov petr", ["name"]),
        ("Ивaнoв", ["name"]),  # Latin a and o
        ("912 345 67 89", ["phone"]),
        ("8 (912) 345-67/89", ["phone"]),
        ("+7 912 345-67-89", ["phone"]),
        ("89123", ["phone"]),
        ("6789", ["phone"]),
        ("67-89", ["phone"]),
        ("81234567", ["account"]),
        ("00081234567", ["account"]),
        ("8123", ["account"]),
        ("св-0017", ["meter"]),
        ("СВ0017", ["meter"]),
        ("ленина 5 12", ["address"]),
        ("ленина 5", ["address"]),
        ("ул. Ленина, д. 5 к 2 кв. 12", ["address"]),
        ("ленина 5к2-12", ["address"]),
        ("г самара ленина", ["address"]),
        ("ktybyf 5 12", ["address"]),
        ("иванов ленина 5", ["name", "address"]),
        ("иванов 6789", ["name", "phone"]),
        ("иванов 1961", ["name", "birth_date"]),
        ("иванов 12.04.1961", ["name", "birth_date"]),
        ("12.04.1961", ["birth_date"]),
        ("ivanov.petr@mail.ru", ["email"]),
        ("ivanov.p", ["email"]),
        ("112-233-445 95", ["document"]),
    ],
)
def test_a_fragment_finds_the_person_and_says_why(query: str, kinds: list[str]) -> None:
    chosen = plan(query, Reach.EVERY)
    assert fits(chosen, TOKENS)
    assert kinds_of(chosen, TOKENS) == kinds


@pytest.mark.parametrize(
    "query",
    [
        "сидоров",
        "иванов сергей",
        "ленина 6",
        "ленина 5 13",
        "912 345 67 88",
        "6788",
        "иванов 1962",
        "Иванов С",
        "",
        "5",
        "'",
    ],
)
def test_another_fragment_does_not(query: str) -> None:
    assert not fits(plan(query, Reach.EVERY), TOKENS)


@pytest.mark.parametrize(
    ("query", "reach"),
    [
        ("иванов петр", Reach.WHOLE),
        ("иванов пет", Reach.LAST),
        ("петр ива", Reach.LAST),
        ("ленина 5 1", Reach.LAST),
        ("ива пет", Reach.EVERY),
        ("лен 5 12", Reach.EVERY),
        ("81234567", Reach.WHOLE),
        ("8123", Reach.LAST),
    ],
)
def test_what_is_typed_in_part_is_found_at_its_reach(query: str, reach: Reach) -> None:
    found = [one for one in Reach if fits(plan(query, one), TOKENS)]
    assert found[0] is reach


def test_an_account_that_looks_like_a_phone_is_found_as_both() -> None:
    chosen = plan("79123456789", Reach.LAST)
    assert kinds_of(chosen, search_tokens({"accounts": ["79123456789"]})) == ["account"]
    assert kinds_of(chosen, TOKENS) == ["phone"]


def test_a_misspelt_word_is_also_read_as_its_corrections() -> None:
    chosen = plan("Ивонов Петр", Reach.WHOLE)
    assert "ивонов" in plan_words(chosen)
    assert fits(with_corrections(chosen, {"ивонов": ["иванов"]}), TOKENS)


@pytest.mark.parametrize("typed", ["ивонов", "ианов", "иваанов", "иавнов", "иванов"[:-1]])
def test_texts_one_typing_error_away(typed: str) -> None:
    assert "иванов" in one_error_away(typed)
    assert "сидоров" not in one_error_away(typed)


@given(st.text("абв", min_size=1, max_size=6))
def test_one_error_is_one_error(word: str) -> None:
    assert all(OSA.distance(word, other) == 1 for other in one_error_away(word))


def test_writings_of_another_layout() -> None:
    assert "привет" in writings("ghbdtn")
    assert "жуков" in writings("; erjd".replace(" ", ""))
    assert "ivanov" in writings("шмфтщм")


@given(st.text(max_size=60), st.sampled_from(Reach))
def test_any_text_is_a_plan_of_known_namespaces(query: str, reach: Reach) -> None:
    chosen = plan(query, reach)
    for reading in chosen:
        assert reading
        for group in reading:
            assert group
            assert all(term.token[0] in NAMESPACES and len(term.token) > 2 for term in group)

"""Tokens under which a party can be found."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from litso.golden.search import NAMESPACES, code, search_tokens, typo_words

PERSON = {
    "full_name": "Иванов Пётр Ильич",
    "given_name": "Пётр",
    "patronymic": "Ильич",
    "birth_date": "1961-04-12",
    "city": "г Самара",
    "street": "ул Ленина",
    "house": "5 А",
    "block": "2",
    "flat": "12",
    "phones": ["+79123456789"],
    "emails": ["Ivanov@Mail.ru"],
    "accounts": ["000123-45"],
    "meters": ["СВ-0017"],
    "snils": "112-233-445 95",
}


@pytest.mark.parametrize(
    "token",
    [
        "n:иванов",
        "n:петр",
        "i:п",
        "i:и",
        "w:самара",
        "w:ленина",
        "h:5а",
        "b:2",
        "f:12",
        "t:79123456789",
        "r:98765432197",
        "e:ivanov@mail.ru",
        "a:12345",
        "m:св0017",
        "d:1961-04-12",
        "y:1961",
        "x:11223344595",
    ],
)
def test_a_person_is_found_by(token: str) -> None:
    assert token in search_tokens(PERSON)


def test_types_of_places_find_nobody() -> None:
    assert not {"w:ул", "w:г"} & set(search_tokens(PERSON))


def test_other_names_of_the_party_find_it() -> None:
    assert "n:сидорова" in search_tokens({"full_name": "Иванова Анна"}, also=["Сидорова Анна"])


def test_an_empty_record_has_no_tokens() -> None:
    assert search_tokens({}) == []
    assert search_tokens({"full_name": None, "phones": [], "birth_date": None}) == []


@pytest.mark.parametrize(
    ("account", "normal"), [("000123", "123"), ("12-34 56", "123456"), ("АБ-01", "аб01"), ("000", "")]
)
def test_accounts_without_leading_zeros(account: str, normal: str) -> None:
    assert code(account) == normal


def test_words_for_typing_errors_are_long_words_of_names_and_places() -> None:
    assert typo_words(search_tokens(PERSON)) == ["иванов", "ильич", "петр", "ленина", "самара"]


@given(
    st.dictionaries(st.sampled_from(["full_name", "street", "house", "snils"]), st.text(max_size=40)),
    st.lists(st.text(max_size=20), max_size=3),
)
def test_any_values_give_well_formed_tokens(values: dict[str, object], lists: list[str]) -> None:
    tokens = search_tokens(values | {"phones": lists, "accounts": lists, "emails": lists})
    assert tokens == sorted(set(tokens))
    assert all(token[0] in NAMESPACES and token[1] == ":" and len(token) > 2 for token in tokens)

"""Keys: of one record the same as of many."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from resolve_records import columns

from litso.resolve.keys import Parts, keys_of_level, rules_of
from litso.resolve.keys_of_one import KeysOfOne
from litso.resolve.nodes import node_values

CUSTOMS = {"custom:badge": "exact", "custom:place": "fuzzy"}
NAMES = st.sampled_from(
    [
        "Иванова",
        "ИВАНОВ",
        "Щёголева-Мейер",
        "Саша",
        "Александр",
        "А",
        "А.",
        "Оглы кызы",
        "Ильинична",
        "Smith",
        "é",
        "ъ",
        "",
    ]
)
TEXTS = st.sampled_from(["Самара", "ул. Мира", "12а", "Ромашка Плюс", "1", "  ", ""]) | st.text(max_size=5)
NUMBERS = st.sampled_from(["112233445", "1", "77-0708"])
RECORDS = st.fixed_dictionaries(
    {
        "kind": st.sampled_from(["person", "organization"]),
        "source": st.just("s"),
        "source_id": st.just("1"),
        **dict.fromkeys(("surname", "given_name", "patronymic"), st.none() | NAMES),
        **dict.fromkeys(
            ("city", "street", "house", "flat", "postal_code", "company", "custom:badge"), st.none() | TEXTS
        ),
        **dict.fromkeys(("snils", "inn", "ogrn", "kpp", "passport", "national_id", "house_key"), st.none() | NUMBERS),
        "birth_date": st.none() | st.dates(date(1, 1, 1), date(2020, 1, 1)),
        **dict.fromkeys(("phones", "emails", "accounts"), st.lists(NUMBERS, unique=True).map(sorted)),
    }
)


@pytest.mark.parametrize("kind", ["person", "organization"])
@settings(deadline=None, max_examples=60)
@given(st.lists(RECORDS, min_size=1, max_size=4))
def test_one_record_has_the_keys_that_it_has_among_many(kind: str, rows: list[dict[str, Any]]) -> None:
    parts = Parts(columns(*rows))
    singles = [KeysOfOne(node_values(row)) for row in rows]
    for rule in rules_of(kind, CUSTOMS):
        for level in range(len(rule.levels)):
            found = keys_of_level(rule, level, parts)
            many = sorted(zip(found.nodes.tolist(), found.keys.tolist(), strict=True))
            assert many == sorted((row, key) for row, one in enumerate(singles) for key in one.of_level(rule, level))

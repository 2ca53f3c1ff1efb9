"""Documents of golden records: many parties get the values and tokens that one party gets."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from litso.golden.documents import golden_values, golden_values_column
from litso.golden.policy import ADDRESS_PARTS, LIST_ATTRIBUTES, SINGLE_ATTRIBUTES
from litso.golden.search import search_tokens, token_lists, typo_words, typo_words_of

CUSTOM = "custom:job"
SCHEMA = {
    "party_id": pl.String,
    **{name: pl.Date if name == "birth_date" else pl.String for name in (*SINGLE_ATTRIBUTES, *ADDRESS_PARTS, CUSTOM)},
    **{name: pl.List(pl.String) for name in LIST_ATTRIBUTES},
    f"{CUSTOM}_source": pl.String,
}
FILLED = st.one_of(
    st.sampled_from(["г Самара", "ул Ленина", "5 А", "0012-3", "Пётр", "И. О'Нил", 'ООО "А\\Б"', "a\tb\x1f\0c", "½²Ⅷ"]),
    st.text(alphabet="абвёЖЙxyZ019 .,-_'\"\\/\n№²", min_size=1, max_size=12),
)
TEXTS = st.one_of(st.none(), st.just(""), FILLED, FILLED)
GOLDEN = st.fixed_dictionaries(
    {
        **{name: TEXTS for name in SCHEMA if name not in ("party_id", "birth_date", *LIST_ATTRIBUTES)},
        **{name: st.one_of(st.none(), st.lists(FILLED, max_size=3)) for name in LIST_ATTRIBUTES},
        "birth_date": st.one_of(st.none(), st.dates(date(900, 1, 1))),
    }
)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(GOLDEN, min_size=1, max_size=4),
    st.lists(st.tuples(st.integers(0, 4), TEXTS), max_size=4),
    st.lists(st.tuples(FILLED, FILLED), max_size=4),
)
def test_many_parties_get_the_values_and_tokens_of_one(
    rows: list[dict[str, Any]], names: list[tuple[int, str | None]], serials: list[tuple[str, str]]
) -> None:
    rows = [{"party_id": str(place), **row} for place, row in enumerate(rows)]
    golden = pl.DataFrame(rows, schema=SCHEMA)
    named = [(str(place), name) for place, name in names]
    owners = pl.DataFrame(named, {"party_id": pl.String, "full_name": pl.String}, orient="row")
    meters = pl.DataFrame(serials, {"account": pl.String, "serial": pl.String}, orient="row")
    tokens = token_lists(golden, owners, meters)
    lists = tokens.to_list()
    values = [json.loads(text) for text in golden_values_column(golden)]
    for place, row in enumerate(rows):
        assert values[place] == golden_values(row)
        own = [serial for account in row["accounts"] or () for known, serial in serials if known == account]
        others = [name for owner, name in names if owner == place and name]
        assert lists[place] == search_tokens({**values[place], "meters": own}, also=others)
    assert set(typo_words_of(tokens)) == {word for one in lists for word in typo_words(one)}


def test_a_golden_record_without_values_is_an_empty_object_without_tokens() -> None:
    golden = pl.DataFrame([{"party_id": "p"}], schema=SCHEMA)
    nobody = pl.DataFrame(schema={"party_id": pl.String, "full_name": pl.String})
    tokens = token_lists(golden, nobody, pl.DataFrame(schema={"account": pl.String, "serial": pl.String}))
    assert golden_values_column(golden).to_list() == ["{}"]
    assert tokens.to_list() == [[]]

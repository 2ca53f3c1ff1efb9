"""What holds for every kind: both speeds have one meaning, standard values stay, nothing raises."""

from __future__ import annotations

from typing import Any

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from values import BY_KIND, anything, numbers

from litso.domain.territory import Territory
from litso.errors import BadUsage
from litso.standardize.kinds import KINDS, clean, clean_column, get_kind

TERRITORY = Territory("Самарская область", "Самара")
OWN = [kind for kind in KINDS if kind != "address"]
"""Kinds of this room but addresses, which have tests of their own."""
several = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def cells(kind: str) -> st.SearchStrategy[str | None]:
    return st.one_of(BY_KIND.get(kind, numbers), BY_KIND.get(kind, numbers), anything, st.none())


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("territory", [None, TERRITORY], ids=["anywhere", "samara"])
@several
@given(data=st.data())
def test_a_column_is_standardized_as_its_values_are(
    kind: str, territory: Territory | None, data: st.DataObject
) -> None:
    values = data.draw(st.lists(cells(kind), max_size=30))
    column = clean_column(kind, pl.Series(values, dtype=pl.String), territory)
    assert column.to_dicts() == clean(kind, values, territory)


@pytest.mark.parametrize("kind", OWN)
@several
@given(data=st.data())
def test_a_standard_value_stays(kind: str, data: st.DataObject) -> None:
    (row,) = clean(kind, [data.draw(cells(kind))])
    if row["qc"] in (0, 3, 4, 7):
        (again,) = clean(kind, [standard(row)])
        assert standard(again) == standard(row)


def standard(row: dict[str, Any]) -> str:
    """The one text of a standard value."""
    if "series" in row:
        return f"{row['series']} {row['number']}"
    return next(row[name] for name in ("result", "phone", "email", "birth_date", "value") if name in row)


@pytest.mark.parametrize("kind", OWN)
@pytest.mark.parametrize("text", [None, "", "   ", "\u00a0", "-", "нет", "\t\n"])
def test_nothing_gives_nulls_and_code_2(kind: str, text: str | None) -> None:
    (row,) = clean(kind, [text])
    assert row.pop("qc") == 2
    assert row.pop("source") == text
    row.pop("problems")
    assert not any(value is not None for name, value in row.items() if name != "qc_complete"), row


@pytest.mark.parametrize("kind", KINDS)
def test_columns_are_those_of_the_contract(kind: str) -> None:
    assert get_kind(kind).columns[-2:] == ("qc", "problems")
    assert tuple(clean_column(kind, pl.Series(["1", None])).columns) == ("source", *get_kind(kind).columns)


def test_an_unknown_kind_is_named() -> None:
    with pytest.raises(BadUsage, match="unknown kind «colour»"):
        get_kind("colour")

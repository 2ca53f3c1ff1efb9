"""What a court order demands of a debtor, on which day."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from litso.golden.writ import demands, identifiers, lacking

NOW, BEFORE = date(2026, 11, 1), date(2019, 1, 1)
BORN = {"birth_date": "1961-04-12", "custom:birth_place": "Самара"}


@pytest.mark.parametrize(
    ("kind", "values", "day", "lacks"),
    [
        ("person", {}, NOW, ("identifier", "birth_date", "birth_place")),
        ("person", {**BORN}, NOW, ("identifier",)),
        ("person", {**BORN}, BEFORE, ()),
        ("person", {**BORN, "snils": "11223344595"}, NOW, ()),
        ("person", {**BORN, "inn": "636325955641"}, NOW, ()),
        ("person", {**BORN, "passport": "3605123456"}, NOW, ()),
        ("person", {**BORN, "custom:driver_licence": "9912 345678"}, NOW, ()),
        ("person", {**BORN, "custom:vehicle_registration": "63 ТТ 123456"}, NOW, ()),
        ("person", {"snils": "11223344595"}, NOW, ("birth_date", "birth_place")),
        ("person", {**BORN, "ogrn": "1156348220632"}, NOW, ("identifier",)),
        ("organization", {"inn": "6357885705"}, NOW, ("ogrn",)),
        ("organization", {"inn": "6357885705", "ogrn": "1226370087723"}, NOW, ()),
    ],
)
def test_what_is_lacking(kind: str, values: dict[str, Any], day: date, lacks: tuple[str, ...]) -> None:
    assert lacking(kind, values, day) == lacks


def test_what_is_there_is_told_by_name() -> None:
    assert identifiers("person", {**BORN, "snils": "11223344595"}, NOW) == ("snils", "birth_date", "custom:birth_place")


def test_every_demand_names_its_law() -> None:
    assert all("229-ФЗ" in one.source and one.any_of for one in demands())

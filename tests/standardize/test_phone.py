"""Telephone numbers."""

from __future__ import annotations

from itertools import pairwise

import polars as pl
import pytest

from litso.domain.territory import Territory
from litso.standardize.numbering import default_plan, official_plan, official_ranges
from litso.standardize.phone import phone, phones
from litso.standardize.phone_bulk import phone_column

SAMARA = Territory("Самарская область", "Самара")


@pytest.mark.parametrize(
    ("text", "shown", "qc"),
    [
        ("8 (846) 231-60-14 доб. 139", "+7 846 231-60-14 доб. 139", 0),
        ("раб 846)231.60.14 *139", "+7 846 231-60-14 доб. 139", 0),
        ("8-916-823-3454", "+7 916 823-34-54", 0),
        ("9160212104", "+7 916 021-21-04", 0),
        ("tel:+7-999-123-1212", "+7 999 123-12-12", 0),
        ("8 916 123 45 67 ext. 456", "+7 916 123-45-67 доб. 456", 0),
        ("8 (8453) 76-76-76", "+7 8453 76-76-76", 0),
        ("8 84635 6-12-34", "+7 84635 6-12-34", 0),
        ("007-495-1234567", "+7 495 123-45-67", 0),
        ("8 (916) 123-45-67 (Мария)", "+7 916 123-45-67", 0),
        ("89l6123О567", "+7 916 123-05-67", 0),
        ("8-095-765-43-21", "+7 495 765-43-21", 1),
        ("+8(495)1234567", "+7 495 123-45-67", 1),
        ("+7 8 916 123 45 67", "+7 916 123-45-67", 1),
        ("+375 29 123-45-67", "+375 29 123-45-67", 7),
        ("996551606799", "+996 551 606 799", 7),
        ("8 10 49 30 123456", "+49 30 123456", 7),
        ("77012345678", "+7 701 234 5678", 7),
        ("8 916 I23 45 67", "+7 916 123-45-67", 0),
        ("8 916 12З 45 67", "+7 916 123-45-67", 0),
        ("+7 999 999 99 99", None, 2),
        ("3, 56", None, 2),
        ("7999999999", None, 1),
        ("123456789012", None, 1),
        ("+123", None, 1),
        ("916123456", None, 1),
        ("2316014", None, 1),
        ("1234567", None, 2),
        ("0000000", None, 2),
        ("99999999999", None, 2),
        ("9999999999", None, 2),
        ("8 916 000-00-00", None, 2),
        ("abc", None, 2),
        ("нет", None, 2),
    ],
)
def test_one_number(text: str, shown: str | None, qc: int) -> None:
    found = phone(text)
    assert (found.phone, found.qc) == (shown, qc)


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("89161234567, 89031234567", ["+79161234567", "+79031234567"]),
        ("8(495)123-45-67/68", ["+74951234567", "+74951234568"]),
        ("8916123456789161234568", ["+79161234567", "+79161234568"]),
        ("8-916-123-45-67 8-903-765-43-21", ["+79161234567", "+79037654321"]),
        ("495 1234567 903 7654321", ["+74951234567", "+79037654321"]),
        ("88129999998 доб.12, 89213334455", ["+78129999998", "+79213334455"]),
        ("моб.89161234567 дом.2316014", ["+79161234567", "+78462316014"]),
        ("8 (846) 231-60-14, 15/16", ["+78462316014", "+78462316015", "+78462316016"]),
        ("231-60-14; 231-60-15", ["+78462316014", "+78462316015"]),
        ("(495) 123-45-67, 123-45-69", ["+74951234567", "+74951234569"]),
    ],
)
def test_several_numbers(text: str, numbers: list[str]) -> None:
    assert [one.e164 for one in phones(text, territory=SAMARA)] == numbers
    found = phone(text, territory=SAMARA)
    assert (found.e164, found.others, found.qc) == (numbers[0], ";".join(numbers[1:]), 3)


@pytest.mark.parametrize(
    ("text", "territory", "problem"),
    [
        ("8 495 123-45-67", SAMARA, "other_region"),
        ("8 8482 22-33-44", SAMARA, "other_city"),
        ("8 846 231-60-14", Territory("Самарская обл.", "г Самара"), None),
        ("8 495 123-45-67", Territory("Московская область", "Химки"), None),
        ("8 495 123-45-67", Territory("Калужская область", "Обнинск"), "other_region"),
        ("8 846 231-60-14", Territory("Самарская область", "Рождествено"), None),
        ("8 916 123-45-67", SAMARA, None),
        ("8 846 231-60-14", Territory(None, "Самара"), None),
        ("8 495 123-45-67, 8 846 231-60-14", SAMARA, "several;other_region"),
    ],
)
def test_a_land_line_that_is_not_where_the_address_is(text: str, territory: Territory, problem: str | None) -> None:
    found = phone(text, territory=territory)
    assert found.problems == problem
    assert found.qc == (3 if "," in text else 0)
    (row,) = phone_column(pl.Series([text]), territory=territory).rows()
    assert row == tuple(found)


@pytest.mark.parametrize(
    ("territory", "e164"),
    [
        (SAMARA, "+78462316014"),
        (Territory(None, "г. Москва"), "+74952316014"),
        (Territory(None, "Тольятти"), None),  # a code of four digits leaves six for the subscriber
        (Territory("Самарская область", None), None),
        (None, None),
    ],
)
def test_the_area_code_comes_from_the_address(territory: Territory | None, e164: str | None) -> None:
    found = phone("тел 231-60-14", territory=territory)
    assert found.e164 == e164
    assert found.qc == 1


@pytest.mark.parametrize(
    ("text", "kind", "region", "city", "timezone"),
    [
        ("8 846 231-60-14", "Стационарный", "Самарская область", "Самара", "UTC+4"),
        ("8 800 555-35-35", "Колл-центр", None, None, None),
        ("8 812 700-00-01", "Стационарный", "Санкт-Петербург", "Санкт-Петербург", "UTC+3"),
        ("8 8482 22-33-44", "Стационарный", "Самарская область", "Тольятти", "UTC+4"),
        ("8 916 823-34-54", "Мобильный", None, None, None),
    ],
)
def test_place_without_the_official_plan(text: str, kind: str, region: str, city: str, timezone: str) -> None:
    found = phone(text)
    assert (found.type, found.region, found.city, found.timezone) == (kind, region, city, timezone)


PLAN = """\ufeffАВС/ DEF;От;До;Емкость;Оператор;Регион;Территория ГАР;ИНН
916;8000000;8999999;1000000;ПАО "МТС";-;Город Москва, Московская область;7740000076
846;2300000;2399999;100000;ООО "СИПАУТНЭТ";г. Самара|Самарская обл.;Самарская область;6312000000
"""


def test_the_official_plan_tells_operator_and_place() -> None:
    plan = official_plan([official_ranges(PLAN)], "2026-08")
    mobile = phone("89168233454", plan=plan)
    assert (mobile.provider, mobile.region, mobile.timezone) == ('ПАО "МТС"', "Москва и Московская область", "UTC+3")
    land = phone("8 846 231-60-14", plan=plan)
    assert (land.provider, land.region, land.city) == ('ООО "СИПАУТНЭТ"', "Самарская область", "Самара")
    assert phone("89031234567", plan=plan).problems == "not_in_plan"


def test_older_headers_of_the_plan_are_read() -> None:
    header = "АВС/ DEF;От;До;Емкость;Оператор;Регион\n"
    old = header + "401;2300000;2399999;100000;Ростелеком;г. Калининград|Калининградская обл.\n"
    found = phone("4012300050", plan=official_plan([official_ranges(old)], "2020"))
    assert (found.provider, found.region, found.city) == ("Ростелеком", "Калининградская область", "Калининград")


@pytest.mark.parametrize("text", ["", "a;b\n", "АВС/ DEF;От;До;Емкость;Оператор;Регион\nx;1;2;3;4;5\n"])
def test_a_file_that_is_no_plan_is_refused_with_its_line(text: str) -> None:
    with pytest.raises(ValueError, match=r"line [12]: not"):
        official_ranges(text)


def test_ranges_of_a_plan_do_not_overlap() -> None:
    assert all(left < right for left, right in pairwise(default_plan().starts))


def test_a_code_that_only_the_official_plan_has() -> None:
    text = "АВС/ DEF;От;До;Емкость;Оператор;Регион\n409;2000000;2999999;1000000;Оператор;г. Тула|Тульская обл."
    plan = official_plan([official_ranges(text)], "official")
    cells = ["8 409 212-34-56", "8-409-212-34-57; 8 903 123-45-67", "8 409 312-34-56"]
    found = [phone(cell, plan=plan) for cell in cells]
    assert [one.e164 for one in found] == ["+74092123456", "+74092123457", None]
    assert found[0].city == "Тула"
    assert phone(cells[0]).problems == "unknown_code"
    assert phone_column(pl.Series(cells), plan=plan).rows() == [tuple(one) for one in found]

"""Numbers of documents: check digits to the last corner."""

from __future__ import annotations

from datetime import date

import polars as pl
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from stdnum.ru import inn as stdnum_inn
from stdnum.ru import ogrn as stdnum_ogrn

from litso.standardize.account import account
from litso.standardize.documents import (
    bank_account,
    bik,
    driver_licence,
    inn,
    is_bank_account,
    is_inn,
    is_ogrn,
    is_snils,
    kpp,
    ogrn,
    snils,
)
from litso.standardize.documents_bulk import inn_column, snils_column
from litso.standardize.passport import issued_when, passport
from litso.standardize.vehicle import vehicle

TODAY = date(2026, 11, 22)


@given(st.one_of(st.from_regex(r"\d{10}|\d{12}", fullmatch=True), st.from_regex(r"[0-9]{9,13}", fullmatch=True)))
def test_inn_as_another_library_judges(digits: str) -> None:
    if digits.isascii() and digits.strip("0"):
        assert is_inn(digits) == stdnum_inn.is_valid(digits)


@given(st.from_regex(r"[15][0-9]{12}|3[0-9]{14}", fullmatch=True))
def test_ogrn_as_another_library_judges(digits: str) -> None:
    # The control digit is the last one of the remainder; the other library knows no remainders of two digits.
    assume(len(digits) == 13 or int(digits[:-1]) % 13 < 10)
    assert is_ogrn(digits) == stdnum_ogrn.is_valid(digits)


@given(st.lists(st.from_regex(r"[0-9]{10}|[0-9]{12}|[0-9]{11}|[0-9]{3}-[0-9]{3}-[0-9]{3} [0-9]{2}", fullmatch=True)))
def test_columns_of_numbers_are_judged_as_one_number_is(texts: list[str]) -> None:
    texts += [f"{number[:-1]}{digit}" for number in texts for digit in range(10)]  # one of ten is right
    column = pl.Series(texts, dtype=pl.String)
    assert snils_column(column).rows() == [tuple(snils(text)) for text in texts]
    assert inn_column(column).rows() == [tuple(inn(text)) for text in texts]


@given(st.integers(1_001_999, 999_999_999))
def test_every_snils_has_one_right_control_number(number: int) -> None:
    right = [control for control in range(100) if is_snils(f"{number:09d}{control:02d}")]
    total = sum(int(digit) * weight for digit, weight in zip(f"{number:09d}", range(9, 0, -1), strict=True))
    assert right == [total % 101 % 100]


@pytest.mark.parametrize(
    ("text", "is_right"),
    [
        ("112-233-445 95", True),
        ("11223344595", True),
        ("СНИЛС 112-233-445 95", True),
        ("112-233-445 96", False),
        ("087-654-303 00", True),  # a sum of 100 or 101 gives 00
        ("001-001-998 77", True),  # given out before control numbers
        ("000-000-000 00", False),
        ("1122334459", False),
    ],
)
def test_snils(text: str, is_right: bool) -> None:
    found = snils(text)
    assert (found.valid, found.qc) == (is_right, 0 if is_right else 1)


@pytest.mark.parametrize(
    ("text", "value", "is_right", "problem"),
    [
        ("7707083893", "7707083893", True, None),
        ("ИНН: 7707083893", "7707083893", True, None),
        ("7707083893.0", "7707083893", True, None),
        ("77 0708 3893", "7707083893", True, None),
        ("123456789047", "123456789047", True, None),
        ("7707083894", "7707083894", False, "wrong_checksum"),
        ("7707083893/770701001", "7707083893", True, None),
        ("ИНН физ. лица 123456789047", "123456789047", True, None),
        ("7707083893 (банк)", "7707083893", True, None),
        ("7707083893, 123456789047", None, False, "not_digits"),
        ("0000000000", None, False, "placeholder"),
        ("770708389", None, False, "wrong_length"),
        ("77O7083893", None, False, "not_digits"),
        ("７７０７０８３８９３", "7707083893", True, None),
        ("٧٧٠٧٠٨٣٨٩٣", None, False, "not_digits"),
    ],
)
def test_inn(text: str, value: str | None, is_right: bool, problem: str | None) -> None:
    assert inn(text) == (value, is_right, 0 if is_right else 1, problem)


@pytest.mark.parametrize(
    ("text", "is_right"),
    [
        ("1022200525819", True),
        ("1022300001811", True),
        ("ОГРН 1022200525819", True),
        ("304500116000157", True),
        ("ОГРНИП 304500116000157", True),
        ("ОГРН № 1022200525819 от 01.01.2002", True),
        ("1022200525818", False),
        ("304500116000156", False),
        ("0022200525819", False),
        ("102250000", False),
    ],
)
def test_ogrn(text: str, is_right: bool) -> None:
    assert ogrn(text).valid is is_right


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("770701001", "770701001"),
        ("7707АВ001", "7707AB001"),
        ("000000000", None),
        ("77070100", None),
        ("7707-1001", None),
    ],
)
def test_kpp(text: str, value: str | None) -> None:
    assert kpp(text).value == value


@pytest.mark.parametrize(
    ("text", "is_right"),
    [("044525225", True), ("БИК 044525225", True), ("004525988", True), ("016311121", True), ("144525225", False),
     ("04452522", False), ("040000000", False), ("000000000", False)],
)  # fmt: skip
def test_bik(text: str, is_right: bool) -> None:
    assert bik(text).valid is is_right


@pytest.mark.parametrize(
    ("number", "bank", "is_right"),
    [
        ("40702810038000017240", "044525225", None),
        ("30101810400000000225", "044525225", True),
        ("30101810400000000226", "044525225", False),
    ],
)
def test_the_key_of_a_bank_account(number: str, bank: str, is_right: bool | None) -> None:
    keys = [key for key in "0123456789" if is_bank_account(number[:8] + key + number[9:], bank)]
    assert len(keys) == 1
    if is_right is not None:
        assert bank_account(number, bank).valid is is_right


def test_a_letter_in_a_clearing_account_stands_for_its_number() -> None:
    digits = "40702810038000017240"
    lettered = digits[:5] + "AB"[int(digits[5]) % 2] + digits[6:]
    as_number = digits[:5] + "01"[int(digits[5]) % 2] + digits[6:]
    assert is_bank_account(lettered, "044525225") == is_bank_account(as_number, "044525225")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("4509 123456", ("45 09", "123456", None, 0, None)),
        ("45 09 № 123456 выдан 01.02.2010 код 770-053", ("45 09", "123456", "770-053", 0, None)),
        ("серия 4509 номер 123456", ("45 09", "123456", None, 0, None)),
        ("4509123456", ("45 09", "123456", None, 0, None)),
        ("45O9 I23456", (None, None, None, 1, "wrong_length")),
        ("45О9 123456", ("45 09", "123456", None, 0, None)),
        ("0209 123456", ("02 09", "123456", None, 1, "unknown_region")),
        ("4550 123456", ("45 50", "123456", None, 1, "impossible_year")),
        ("4597 123456", ("45 97", "123456", None, 0, None)),
        ("№123456 серия 4509", ("45 09", "123456", None, 0, None)),
        ("45 09 12 34 56", ("45 09", "123456", None, 0, None)),
        ("4509123456 770053", ("45 09", "123456", "770-053", 0, None)),
        ("4509 123456 к/п 770053", ("45 09", "123456", "770-053", 0, None)),
        ("II-ЕР 654321", (None, None, None, 1, "birth_certificate")),
        ("4509 000000", ("45 09", "000000", None, 1, "placeholder")),
        ("0000000000", ("00 00", "000000", None, 1, "placeholder")),
        ("69 3244112", ("69", "3244112", None, 1, "foreign_passport")),
        ("450912345", ("45", "0912345", None, 1, "foreign_passport")),
    ],
)
def test_passport(text: str, expected: tuple[object, ...]) -> None:
    assert tuple(passport(text, today=TODAY)) == expected


def test_a_passport_is_not_given_before_fourteen() -> None:
    assert issued_when(date(2000, 2, 29), date(2014, 3, 1))
    assert not issued_when(date(2000, 2, 29), date(2014, 2, 28))
    assert not issued_when(date(2001, 5, 5), date(2015, 5, 4))


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("ЛС 00123", "00123"),
        ("л/с № 0012 3456", "00123456"),
        ("лиц. счет 12345", "12345"),
        ("лицевой счёт №12345", "12345"),
        ("12345.0", "12345"),
        ("123-456-7", "1234567"),
        ("12/3", "12/3"),
        ("50аа123456", "50АА123456"),
        ("ЕЛС 50AA123456", "50АА123456"),
        ("ИЖКУ 50АА123456-01", "50АА123456-01"),
        ("12345 от 01.01.2020", "12345"),
        ("37(ЛС 0007000037)", "0007000037"),
        ("1.23457E+11", None),
        ("0000", None),
        ("нет счета", None),
    ],
)
def test_account(text: str, value: str | None) -> None:
    assert account(text).value == value


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("а123вс77", "А123ВС77"),
        ("A 123 BC 777 RUS", "А123ВС777"),
        ("АА1234 77", "АА123477"),
        ("г.н. А123ВС77", "А123ВС77"),
        ("VIN: XTA21099043576182", "XTA21099043576182"),
        ("А000ВС77", None),
        ("Ж123ВС77", None),
        ("А123ВС00", None),
        ("XTA21099043576182", "XTA21099043576182"),
        ("XTA2109904357618O", None),
    ],
)
def test_vehicle(text: str, value: str | None) -> None:
    assert vehicle(text).value == value


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("77АА123456", "77 АА 123456"),
        ("9915 № 123456", "99 15 123456"),
        ("в/у 7701 123456", "77 01 123456"),
        ("7701 000000", None),
        ("77", None),
    ],
)
def test_driver_licence(text: str, value: str | None) -> None:
    assert driver_licence(text).value == value

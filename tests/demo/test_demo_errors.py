"""Errors of life: each kind is there, near its rate, and only where rates allow it."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from dataclasses import fields, replace
from datetime import date
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from demo_towns import build
from hypothesis import given
from hypothesis import strategies as st

from litso.demo import spoil
from litso.demo.rates import HABITS, OTHER, USUAL, Rates, doubled, rate_in, read_rates
from litso.demo.sheet import Sheet
from litso.errors import Misconfigured

LIVES = ("changed_phone", "reissued_phone", "family_phone", "moved", "stale_account", "rented", "second_account",
         "payer_from_family", "same_initials", "same_full_name", "twins", "namesakes", "kept_surname",
         "double_surname")  # fmt: skip
IN_ROWS = tuple(field.name for field in fields(Rates) if field.name not in LIVES)
CLEAN = Rates(**{field.name: 0.0 for field in fields(Rates)})

chances = st.integers(0, 2**62)
words = st.text("абвгдеёжзийклмнопрстуфхцчшщъыьэюяАБВ-", min_size=1, max_size=20)


def test_every_kind_of_error_is_made(town: Path) -> None:
    made = pl.read_parquet(town / "errors.parquet")["error"].unique().to_list()
    assert sorted(made) == sorted(IN_ROWS)


@pytest.mark.parametrize(
    ("source", "kind", "eligible"),
    [
        ("payments", "name_typo", 0.99),
        ("payments", "initials", 0.99),
        ("payments", "company_in_name", 0.99),
        ("payments", "ocr", 0.98),
        ("payments", "address_typo", 0.80),  # villages have no streets
        ("payments", "transliterated", 0.99),
        ("payments", "no_patronymic", 0.99),
        ("meters", "initials", 0.99),
        ("meters", "no_patronymic", 0.99),
        ("crm", "email_placeholder", 0.97),
        ("crm", "birth_date_missing", 0.97),
        ("crm", "account_missing", 0.97),
        ("crm", "phone_of_family", 0.70),
        ("crm", "duplicate_row", 0.97),
        ("crm", "name_swapped", 0.97),
        ("cabinet", "address_missing", 1.0),
        ("cabinet", "wrong_layout", 0.95),
        ("calls", "account_missing", 0.98),
        ("billing", "phone_missing", 0.95),
        ("billing", "birth_date_missing", 0.97),
    ],
)
def test_errors_come_near_their_rate(town: Path, source: str, kind: str, eligible: float) -> None:
    """Within four standard deviations and the roughness of the share of rows that can have the error."""
    rows = len(pl.read_parquet(town / "truth.parquet").filter(pl.col("source") == source))
    made = pl.read_parquet(town / "errors.parquet").filter((pl.col("source") == source) & (pl.col("error") == kind))
    rate = rate_in(USUAL, source, kind)
    expected = rows * eligible * rate
    assert abs(len(made) - expected) < 4 * math.sqrt(expected) + 0.12 * expected
    assert len(made) > 0


def test_habits_of_zero_forbid_an_error(town: Path) -> None:
    made = set(pl.read_parquet(town / "errors.parquet").select("source", "error").unique().rows())
    forbidden = {(source, kind) for source, habits in HABITS.items() for kind, factor in habits.items() if not factor}
    assert forbidden
    assert not made & forbidden


def test_rates_of_zero_make_no_error_at_all(tmp_path: Path) -> None:
    build(tmp_path, rates=CLEAN)
    assert len(pl.read_parquet(tmp_path / "errors.parquet")) == 0
    assert len(pl.read_parquet(tmp_path / "moves.parquet")) == 0
    truth = pl.read_parquet(tmp_path / "truth.parquet").filter(pl.col("source") == "crm")
    cards = pl.read_ndjson(tmp_path / "crm.jsonl", infer_schema_length=None)
    joined = cards.join(truth, left_on="contact_id", right_on="source_id").filter(pl.col("birthday").is_not_null())
    per_person = joined.group_by("person_id").agg(pl.struct("last_name", "first_name", "birthday", "phone").n_unique())
    names = joined.group_by("person_id").agg(pl.struct("last_name", "first_name", "middle_name", "birthday").n_unique())
    assert len(per_person) > 200
    assert names["last_name"].max() == 1


def test_the_log_tells_the_truth_about_rows(town: Path) -> None:
    errors = pl.read_parquet(town / "errors.parquet").filter(pl.col("source") == "cabinet")
    users = pl.read_parquet(town / "cabinet.parquet")

    def of(kind: str) -> pl.DataFrame:
        return users.filter(pl.col("user_id").is_in(errors.filter(pl.col("error") == kind)["source_id"].implode()))

    assert of("email_placeholder")["email"].is_in(list(spoil.PLACEHOLDER_EMAILS)).all()
    assert of("account_missing")["account"].is_null().all()
    assert of("phone_missing")["phone"].is_null().all()
    assert of("company_in_name")["full_name"].str.contains('["«]').mean() > 0.9
    assert of("transliterated")["full_name"].str.contains("[A-Za-z]").mean() > 0.9


def test_a_sheet_hits_only_what_can_be_hit() -> None:
    sheet = Sheet("crm", USUAL, 1, 0)
    among = np.arange(20_000) % 2 == 0
    rows = sheet.hit("birth_date_missing", among)
    rate = rate_in(USUAL, "crm", "birth_date_missing")
    assert (rows % 2 == 0).all()
    assert abs(len(rows) - 10_000 * rate) < 4 * math.sqrt(10_000 * rate)
    ids = pl.Series([f"C{i}" for i in range(20_000)])
    assert sheet.errors(ids)["source_id"].to_list() == [f"C{i}" for i in rows]


def test_a_part_of_a_sheet_writes_rows_of_the_whole_into_the_log() -> None:
    sheet = Sheet("crm", replace(USUAL, phone_missing=1.0), 1, 0)
    part = Sheet.within(sheet, np.array([5, 7, 9]))
    part.blank("phone_missing", pl.Series(["1", None, "3"]))
    assert sheet.errors(pl.Series([str(i) for i in range(10)]))["source_id"].to_list() == ["5", "9"]


# One value ------------------------------------------------------------------------------------------------------


@given(words, chances)
def test_a_typo_keeps_the_first_letter_and_changes_one_or_two(word: str, chance: int) -> None:
    wrong = spoil.typo(word, chance)
    assert wrong[:1] == word[:1]
    assert abs(len(wrong) - len(word)) <= 1


@given(st.dates(date(1920, 1, 1), date(2020, 12, 31)), chances)
def test_a_typo_in_a_date_leaves_a_date(day: date, chance: int) -> None:
    wrong = spoil.birth_typo(day.isoformat(), chance)
    assert date.fromisoformat(wrong) != day


@given(st.text("0123456789", min_size=1, max_size=12), chances)
def test_a_typo_in_a_number_is_another_number(number: str, chance: int) -> None:
    wrong = spoil.digit_typo(number, chance)
    assert wrong != number
    assert re.fullmatch(r"\d*", wrong)


@pytest.mark.parametrize(
    ("change", "value", "expected"),
    [
        (spoil.wrong_layout, "Иванов Ёжик", "Bdfyjd ~;br"),
        (spoil.transliterated, "Юлия Хан", "Iuliia Khan"),
        (spoil.diminutive, "Екатерина", "Катя"),
        (spoil.diminutive, "Леокадия", "Леокадия"),
        (spoil.scanned, "Сор", "Cop"),
        (spoil.birth_swapped, "1990-03-07", "1990-07-03"),
        (spoil.email_typo, "a@b.org", "@b.org"),
    ],
)
def test_first_ways_of_changing_a_value(change: Callable[[str, int], str], value: str, expected: str) -> None:
    assert change(value, 0) == expected


# Rates ----------------------------------------------------------------------------------------------------------


def test_presets_and_files_of_rates(tmp_path: Path) -> None:
    path = tmp_path / "rates.yaml"
    path.write_text("name_typo: 0.5\nocr: 0\n")
    assert read_rates(None, USUAL) is USUAL
    assert read_rates("hard", USUAL) == doubled(USUAL)
    assert read_rates(str(path), OTHER) == replace(OTHER, name_typo=0.5, ocr=0.0)
    assert doubled(USUAL).ocr == 2 * USUAL.ocr
    assert doubled(USUAL).kept_surname == USUAL.kept_surname


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("name_tipo: 0.5", "there is no rate name_tipo"),
        ("name_typo: often", "rate name_typo must be a number"),
        ("name_typo: 1.5", "between 0 and 1"),
        ("- 1", "must be lines"),
        ("a: [", "cannot be read"),
    ],
)
def test_wrong_rates_are_named(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "rates.yaml"
    path.write_text(text)
    with pytest.raises(Misconfigured, match=message):
        read_rates(str(path), USUAL)


def test_a_missing_file_of_rates_is_named(tmp_path: Path) -> None:
    with pytest.raises(Misconfigured, match=r"none\.yaml"):
        read_rates(str(tmp_path / "none.yaml"), USUAL)

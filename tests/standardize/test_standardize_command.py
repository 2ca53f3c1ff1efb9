"""`litso standardize`: a row out for each row in, in order, whatever the file."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from typer.testing import CliRunner

from litso.cli import app
from litso.errors import BadUsage, LitsoError, SourceUnusable
from litso.standardize.kinds import get_kind


def run(*arguments: object) -> str:
    """Run `litso standardize`; errors of Litso come through."""
    result = CliRunner().invoke(app, ["standardize", *map(str, arguments)], catch_exceptions=False)
    if isinstance(result.exception, LitsoError):
        raise result.exception
    assert result.exit_code == 0, result.output
    return result.stdout


def read(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def test_a_csv_of_another_encoding_and_delimiter(tmp_path: Path) -> None:
    source, out = tmp_path / "phones.csv", tmp_path / "out.csv"
    source.write_text("№;телефон\n1;8 (846) 231-60-14 доб. 139\n2;нет\n3;9171234501\n", encoding="cp1251")
    run("phone", "--column", "телефон", source, "--out", out)
    rows = read(out)
    assert list(rows[0]) == ["source", *get_kind("phone").columns]
    assert [row["source"] for row in rows] == ["8 (846) 231-60-14 доб. 139", "нет", "9171234501"]
    assert [(row["phone"], row["qc"]) for row in rows] == [
        ("+7 846 231-60-14 доб. 139", "0"), ("", "2"), ("+7 917 123-45-01", "0"),
    ]  # fmt: skip


def test_blank_lines_of_one_column_are_empty_values(tmp_path: Path) -> None:
    source, out = tmp_path / "names.csv", tmp_path / "out.csv"
    source.write_text('source\nИванов Иван\n\n"Петров,\nПетр"\n""\n\n\nСидоров\n', encoding="utf-8")
    run("name", source, "--out", out)
    assert [row["surname"] for row in read(out)] == ["Иванов", "", "Петров", "", "", "", "Сидоров"]


def test_commas_of_one_column_belong_to_its_values(tmp_path: Path) -> None:
    source, out = tmp_path / "a.csv", tmp_path / "out.csv"
    source.write_text("address\nг Самара, ул Ленина, д 5, кв 7\n", encoding="utf-8")
    run("address", source, "--out", out)
    (row,) = read(out)
    assert (row["city"], row["street"], row["house"], row["flat"]) == ("Самара", "Ленина", "5", "7")


def test_jsonl_to_jsonl_keeps_rows_that_cannot_be_read(tmp_path: Path) -> None:
    source, out = tmp_path / "p.jsonl", tmp_path / "out.jsonl"
    source.write_text('{"phone": "89171234567"}\n{"phone": null}\nbroken\n{"other": 1}\n', encoding="utf-8")
    run("phone", source, "--column", "phone", "--out", out)
    rows = [json.loads(line) for line in out.read_text(encoding="utf-8").splitlines()]
    assert [(row["e164"], row["qc"], row["problems"]) for row in rows] == [
        ("+79171234567", 0, None), (None, 2, None), (None, 1, "unreadable_row"), (None, 2, None),
    ]  # fmt: skip


def test_parquet_to_parquet_in_the_order_of_rows(tmp_path: Path) -> None:
    source, out = tmp_path / "in.parquet", tmp_path / "out.parquet"
    values = [f"7707{number:06d}" if number % 7 else None for number in range(3000)]
    pq.write_table(pa.table({"id": range(3000), "inn": values}), source)
    summary = json.loads(run("inn", source, "--out", out, "--json"))
    table = pq.read_table(out)
    assert table.column("source").to_pylist() == values
    assert summary["rows"] == 3000
    assert summary["qc"]["2"] == values.count(None)


def test_the_territory_gives_area_codes(tmp_path: Path) -> None:
    source, out = tmp_path / "p.csv", tmp_path / "out.csv"
    source.write_text("phone\n231-60-14\n", encoding="utf-8")
    run("phone", source, "--out", out, "--territory-city", "Самара", "--territory-region", "Самарская область")
    assert read(out)[0]["e164"] == "+78462316014"


@pytest.mark.parametrize("suffix", ["csv", "jsonl", "parquet"])
def test_a_file_without_rows_gives_a_file_without_rows(tmp_path: Path, suffix: str) -> None:
    source, out = tmp_path / "e.csv", tmp_path / f"out.{suffix}"
    source.write_text("snils\n", encoding="utf-8")
    assert run("snils", source, "--out", out).startswith("0 rows")
    assert out.exists()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("name", "two.csv", "--out", "o.csv"), "several columns"),
        (("name", "two.csv", "--column", "c", "--out", "o.csv"), "no column «c»"),
        (("name", "two.csv", "--column", "a", "--out", "o.txt"), "must end in"),
        (("colour", "two.csv", "--out", "o.csv"), "unknown kind"),
        (("name", "two.csv", "--column", "a", "--out", "no/such/o.csv"), "cannot be written"),
    ],
)
def test_bad_usage_is_said_clearly(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...], message: str
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("two.csv").write_text("a,b\n1,2\n", encoding="utf-8")
    with pytest.raises(BadUsage, match=message):
        run(*arguments)


def test_a_missing_file_is_unusable(tmp_path: Path) -> None:
    with pytest.raises(SourceUnusable):
        run("name", tmp_path / "none.csv", "--out", tmp_path / "o.csv")

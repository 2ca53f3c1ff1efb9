"""Encodings, delimiters and the formats that are no CSV: the same rows whatever they are written in."""

from __future__ import annotations

import gzip
import json
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import xlsxwriter
from hypothesis import given, settings
from hypothesis import strategies as st

from litso.sources.encoding import detect_encoding
from litso.sources.files import open_file, source_files
from litso.sources.mapped import map_batch
from litso.sources.mapping import Column, Mapping

MAPPING = Mapping(source="s", key=("id",), attributes={"full_name": (Column("name"),), "phone": (Column("tel"),)})

BARE = Mapping(source="s", key=("id",))

RUSSIAN = (
    "ключ;фио;адрес\n"
    "1;Иванов Иван Иванович;г. Самара, ул. Ленина, д. 5, кв. 12\n"
    "2;ПЕТРОВ ПЁТР;САМАРА, ЛЕНИНГРАДСКАЯ 7\n"
    "3;Щукина Эльвира;пос. Южный, ул. Цветочная\n"
)


def rows_of(path: Path, mapping: Mapping = MAPPING) -> list[dict[str, str | None]]:
    return [row for batch in open_file(path, mapping).batches() for row in batch.rows.to_pylist()]


# Encodings and delimiters ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("encoding", "expected"),
    [
        ("utf-8", "utf-8"),
        ("utf-8-sig", "utf-8"),
        ("utf-16", "utf-16-le"),
        ("utf-16-le", "utf-16-le"),
        ("utf-16-be", "utf-16-be"),
        ("cp1251", "cp1251"),
        ("cp866", "cp866"),
        ("koi8-r", "koi8-r"),
    ],
)
@pytest.mark.parametrize(
    "text", [RUSSIAN, RUSSIAN.upper(), "1;Иванов\n", "1;ИВАНОВ", "id;x\n" + "1;2\n" * 400_000 + "3;Кузнецов\n"]
)
def test_encoding_is_found(tmp_path: Path, encoding: str, expected: str, text: str) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(text.encode(encoding))
    file = open_file(path, Mapping(source="s", key=(text.partition(";")[0],)))
    assert file.encoding == expected
    assert "".join(file.columns) == text.partition("\n")[0].replace(";", "")


@pytest.mark.parametrize("name", ["Ян", "Ким", "Юлия", "Ёлкина", "№ 5 «Весна» — дом", "Ъъ"])
def test_one_russian_word_is_enough_for_cp1251(name: str) -> None:
    assert detect_encoding(f"id;name\n1;{name}\n".encode("cp1251")) == "cp1251"


@pytest.mark.parametrize("delimiter", [";", ",", "\t", "|"])
@pytest.mark.parametrize(
    "columns",
    [["id", "name", "tel"], ["Id", " NAME ", "tel."], ["a", "b", "c"]],
)
def test_delimiter_is_found(tmp_path: Path, delimiter: str, columns: list[str]) -> None:
    path = tmp_path / "a.csv"
    rows = [columns, ["1", "Иванов, Иван; Ильич | Ь", "+7\t1"], ["2", "а", "б"], ["3", "", ""]]
    path.write_text("".join(delimiter.join(f'"{value}"' for value in row) + "\n" for row in rows), encoding="utf-8")
    file = open_file(path, Mapping(source="s", key=(columns[0],)))
    assert (file.delimiter, len(file.columns)) == (delimiter, 3)


def test_a_delimiter_behind_every_row_but_the_header(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("id;name\n" + "".join(f"{row};имя;\n" for row in range(5)), encoding="utf-8")
    assert [row["name"] for row in rows_of(path, BARE)] == ["имя"] * 5


def test_the_hint_of_spreadsheets(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("sep=^\r\nid^name\r\n1^a;b,c\r\n", encoding="utf-8")
    batch = next(iter(open_file(path, BARE).batches()))
    assert (batch.rows.to_pylist(), batch.lines.to_pylist()) == ([{"id": "1", "name": "a;b,c"}], [3])


def test_registers_without_a_header(tmp_path: Path) -> None:
    path = tmp_path / "bank.txt"
    path.write_text("1;40001;10,5\n2;40002;7\n", encoding="cp1251")
    mapping = Mapping(source="s", key=("id",), header=("id", "account", "amount"), delimiter=";")
    assert rows_of(path, mapping)[0] == {"id": "1", "account": "40001", "amount": "10,5"}
    assert len(rows_of(path, mapping)) == 2


@pytest.mark.parametrize("name", ["a.csv.gz", "a.jsonl.gz"])
def test_gzip(tmp_path: Path, name: str) -> None:
    text = "id,name\n1,Иван\n" if "csv" in name else '{"id": "1", "name": "Иван"}\n'
    path = tmp_path / name
    path.write_bytes(gzip.compress(text.encode()))
    assert rows_of(path, BARE) == [{"id": "1", "name": "Иван"}]


def test_files_of_a_source_in_a_folder(tmp_path: Path) -> None:
    for name in ("b2.csv", "b1.csv", "c.csv", "pay/3.txt"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("id\n1\n")
    mapping = Mapping(source="s", key=("id",), files=("b*.csv", "pay/*.txt", "*1.csv"))
    assert [path.name for path in source_files(tmp_path, mapping)] == ["b1.csv", "b2.csv", "3.txt"]


def test_progress_ends_at_the_size_of_the_file(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("id\n" + "1\n" * 10)
    file = open_file(path, BARE)
    assert [batch.position for batch in file.batches()][-1] == file.size == path.stat().st_size


# JSONL ----------------------------------------------------------------------------------------------------------

JSON_VALUE = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(10**30), 10**30),
    st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=5),
    st.lists(st.text("абв", max_size=3), max_size=3),
)


@settings(deadline=None)
@given(
    st.lists(st.dictionaries(st.sampled_from(["id", "name", "tel", "x"]), JSON_VALUE), max_size=6), st.integers(1, 80)
)
def test_any_jsonl_reads_back(
    tmp_path_factory: pytest.TempPathFactory, rows: list[dict[str, object]], block: int
) -> None:
    path = tmp_path_factory.getbasetemp() / "scratch.jsonl"
    path.write_text(
        "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in [{"id": "0"}, *rows]), encoding="utf-8"
    )
    file = open_file(path, BARE)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("litso.sources.blocks.BATCH_BYTES", block)
        batches = list(file.batches(rows=2))
    found = [
        {name: text for name, text in row.items() if text is not None} for b in batches for row in b.rows.to_pylist()
    ]
    expected = [
        {name: as_text(value) for name, value in row.items() if value is not None} for row in [{"id": "0"}, *rows]
    ]
    assert [row for batch in batches for row in batch.rejected] == []
    assert found == expected
    assert [line for batch in batches for line in batch.lines.to_pylist()] == list(range(1, len(rows) + 2))


def as_text(value: object) -> str:
    if isinstance(value, str):
        return value
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def test_numbers_of_jsonl_stay_as_written(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text('{"id": 12345678901234567890, "name": 1.10, "tel": ["1", "2"], "geo": {"lat": [1, "2"]}}\n')
    row = rows_of(path)[0]
    assert row == {"id": "12345678901234567890", "name": "1.10", "tel": '["1","2"]', "geo": '{"lat":[1,"2"]}'}
    record = map_batch(next(iter(open_file(path, MAPPING).batches())), MAPPING).records.to_pylist()[0]
    assert record["phone"] == ["1", "2"]


def test_payload_does_not_depend_on_the_rows_around(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    rows = [{"name": "a", "id": "1"}, {"id": "2", "x": "y"}, {"id": "1", "name": "a"}]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    payloads = [
        text
        for batch in open_file(path, MAPPING).batches(rows=2)
        for text in map_batch(batch, MAPPING).records["payload"].to_pylist()
    ]
    assert payloads == ['{"id":"1","name":"a"}', '{"id":"2","x":"y"}', '{"id":"1","name":"a"}']


# Parquet and XLSX -----------------------------------------------------------------------------------------------


def test_parquet_types_become_texts(tmp_path: Path) -> None:
    path = tmp_path / "a.parquet"
    columns = {
        "id": pa.array([1.0, None, float("nan")], pa.float64()),
        "half": pa.array([1.5, 1e300, None], pa.float32()),
        "int": pa.array([1, 2, None], pa.int64()),
        "flag": pa.array([True, False, None]),
        "day": pa.array([date(2024, 5, 1), None, None]),
        "at": pa.array([datetime(2024, 5, 1, 10, 0, 0, 500_000), datetime(2024, 5, 1), None], pa.timestamp("us")),
        "utc": pa.array([datetime(2024, 5, 1, tzinfo=UTC), None, None], pa.timestamp("ms", "UTC")),
        "sum": pa.array([Decimal("1.10"), None, None], pa.decimal128(8, 2)),
        "tel": pa.array([["1", "2"], [], None], pa.list_(pa.string())),
        "geo": pa.array([{"lat": 1.5}, None, None]),
        "dict": pa.array(["a", "b", None]).dictionary_encode(),
        "bytes": pa.array([b"ab", None, None]),
        "nothing": pa.nulls(3),
        "large": pa.array(["x", "y", None], pa.large_string()),
    }
    pq.write_table(pa.table(columns), path)
    rows = rows_of(path, BARE)
    assert list(rows[0].values()) == [
        *("1", "1.5", "1", "true", "2024-05-01", "2024-05-01 10:00:00.5", "2024-05-01 00:00:00Z", "1.10"),
        *('["1","2"]', '{"lat":1.5}', "a", "ab", None, "x"),
    ]
    assert rows[1]["at"] == "2024-05-01 00:00:00"
    assert set(rows[2].values()) == {None}


def test_parquet_in_batches_with_row_numbers(tmp_path: Path) -> None:
    path = tmp_path / "a.parquet"
    names = ["имя", "и\0мя", None] * 10
    pq.write_table(pa.table({"id": range(30), "name": names}), path, row_group_size=7)
    batches = list(open_file(path, BARE).batches(rows=4))
    lines = [line for batch in batches for line in batch.lines.to_pylist()]
    rejected = [(row.line, row.code) for batch in batches for row in batch.rejected]
    assert rejected == [(number, "nul_bytes") for number in range(2, 31, 3)]
    assert lines == [number for number in range(1, 31) if number % 3 != 2]
    assert batches[-1].position <= path.stat().st_size


def test_a_sheet_with_rows_above_and_between(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    with xlsxwriter.Workbook(path) as book:
        book.add_worksheet("Пусто")
        page = book.add_worksheet("Заявки")
        day = book.add_format({"num_format": "dd.mm.yyyy"})
        page.write_row(3, 1, ["id", "name", "tel", "day", "flag"])
        page.write_row(4, 1, [79991234567, "Иван", "+7 999", None, True])
        page.write_datetime(4, 4, datetime(2024, 5, 1), day)
        page.write_row(6, 1, [1.5, "  "])
        page.write_datetime(6, 4, datetime(2024, 5, 1, 10, 30), day)
        page.write_row(8, 1, ["", "", ""])
    file = open_file(path, Mapping(source="s", key=("id",), sheet="Заявки"))
    batches = list(file.batches(rows=1))
    assert [row for batch in batches for row in batch.rows.to_pylist()] == [
        {"id": "79991234567", "name": "Иван", "tel": "+7 999", "day": "2024-05-01", "flag": "true"},
        {"id": "1.5", "name": "  ", "tel": None, "day": "2024-05-01 10:30:00", "flag": None},
    ]
    assert [line for batch in batches for line in batch.lines.to_pylist()] == [5, 7]
    assert file.sheet == "Заявки"


def test_a_sheet_without_a_header(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    with xlsxwriter.Workbook(path) as book:
        page = book.add_worksheet()
        page.write_row(0, 0, ["1", "a"])
        page.write_row(1, 0, ["2", "b"])
    batch = next(iter(open_file(path, Mapping(source="s", key=("id",), header=("id", "name"))).batches()))
    assert batch.rows.to_pylist() == [{"id": "1", "name": "a"}, {"id": "2", "name": "b"}]
    assert batch.lines.to_pylist() == [1, 2]

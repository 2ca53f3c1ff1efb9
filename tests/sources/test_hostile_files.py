"""Hostile files: each ends in a clear sentence or in quarantine, nothing lost, nothing crashed."""

from __future__ import annotations

import gzip
import io
import json
import zipfile
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import xlsxwriter

from litso.errors import LitsoError, SourceUnusable
from litso.sources.files import open_file
from litso.sources.mapped import map_batch
from litso.sources.mapping import Column, Mapping
from litso.sources.quarantine import Rejected

MAPPING = Mapping(source="s", key=("id",), attributes={"full_name": (Column("name"),)})


def read(path: Path, mapping: Mapping = MAPPING) -> tuple[list[tuple[str, str | None, int]], list[Rejected]]:
    records, rejected = [], []
    for raw in open_file(path, mapping).batches():
        batch = map_batch(raw, mapping)
        rows = batch.records.select(["source_id", "full_name", "line"]).to_pylist()
        records += [(row["source_id"], row["full_name"], row["line"]) for row in rows]
        rejected += batch.rejected
    return records, rejected


def refusal(path: Path, mapping: Mapping = MAPPING) -> str:
    with pytest.raises(SourceUnusable) as raised:
        read(path, mapping)
    return str(raised.value)


def sheet(path: Path, *rows: list[object]) -> Path:
    with xlsxwriter.Workbook(path) as book:
        page = book.add_worksheet("Заявки")
        for number, row in enumerate(rows):
            page.write_row(number, 0, row)
    return path


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("a.csv", b"", "файл пуст"),
        ("a.csv", b"\xef\xbb\xbf\r\n \r\n", "файл пуст"),
        ("a.jsonl", b"", "файл пуст"),
        ("a.txt", b"\0" * 5000, "файл пуст"),
        ("a.parquet", b"", "файл пуст"),
        ("a.csv", b"x" * 3_000_000, "слишком длинна"),
        ("a.csv", b"id^name\n1^a\n2^b\n", "Разделитель столбцов не распознан"),
        ("a.csv", "ид;имя\n1;а\n".encode(), "нет столбцов сопоставления: «id», «name»"),
        ("a.csv", b"id;naem\n1;a\n", "«name» (может быть, «naem»?)"),
        ("a.jsonl", b'{"ident": 1}\n', "нет столбцов сопоставления: «id»"),
        ("a.json", b'[\n{"id": 1},\n{"id": 2}\n]\n', "это JSON-массив"),
        ("a.parquet", b"PAR1 and then nothing", "не Parquet"),
        ("a.parquet", b"id;name\n1;a\n", "не соответствует расширению"),
        ("a.xlsx", b"PK\x03\x04 and then nothing", "не XLSX"),
        ("a.xlsx", b"id;name\n1;a\n", "не соответствует расширению"),
        ("a.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "старый формат XLS"),
        ("a.csv", b"%PDF-1.7", "это PDF"),
        ("a.csv.gz", b"\x1f\x8b\x08\x00broken", "gzip"),
        ("a.csv.gz", gzip.compress(b"id;name\n" + b"1;a\n" * 100_000)[:-200], "gzip"),
    ],
)  # fmt: skip
def test_unusable_files(tmp_path: Path, name: str, content: bytes, sentence: str) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    message = refusal(path)
    assert sentence in message
    assert name in message
    assert "\n" not in message


def test_a_file_without_a_header_does_not_show_its_values(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("17;Иванов Иван;+7 927 123-45-67\n18;Петров;\n", encoding="utf-8")
    message = refusal(path)
    assert "header" in message
    assert not any(value in message for value in ("Иванов", "927", "17"))


def test_a_column_that_jsonl_does_not_show_yet_is_noted(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text('{"id": 1, "nmae": "a"}\n')
    assert open_file(path, MAPPING).notices == ("В начале файла не встретились столбцы: «name» (может быть, «nmae»?).",)


def test_no_file_and_no_permission(tmp_path: Path) -> None:
    assert "не открывается" in refusal(tmp_path / "none.csv")
    assert "не открывается" in refusal(tmp_path)


@pytest.mark.parametrize("content", [b"id;name", b"id;name\n", b"id,name\r\n\r\n", "id\tname\n".encode("utf-16")])
def test_header_only_is_an_empty_load(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(content)
    assert read(path) == ([], [])


def test_mixed_encodings_by_line(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    lines = [
        b"id;name",
        "1;Иванов".encode(),
        "2;Петров".encode("cp1251"),
        "3;Сидоров".encode(),
        "4;Орлов".encode("cp866"),
        b"5;Smith",
    ]
    path.write_bytes(b"\n".join(lines) + b"\n")
    records, rejected = read(path)
    assert records == [("1", "Иванов", 2), ("3", "Сидоров", 4), ("5", "Smith", 6)]
    assert [(row.line, row.code) for row in rejected] == [(3, "undecodable"), (5, "undecodable")]
    assert [json.loads(row.payload)["name"] for row in rejected] == ["Петров", "Орлов"]
    assert ["CP1251" in rejected[0].suggestion, "CP866" in rejected[1].suggestion] == [True, True]


def test_a_few_utf8_lines_in_cp1251(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    lines = ["id;name", "1;Иванов", "2;Фёдоров Рё", "3;Сёмина РЁВА"]
    content = [line.encode("cp1251") for line in lines] + ["4;Петрова Ия".encode(), "5;Я".encode("cp1251")]
    path.write_bytes(b"\r\n".join(content))
    records, rejected = read(path)
    assert [row[:2] for row in records] == [
        ("1", "Иванов"),
        ("2", "Фёдоров Рё"),
        ("3", "Сёмина РЁВА"),
        ("5", "Я"),
    ]
    assert [(row.line, row.code) for row in rejected] == [(5, "mixed_encoding")]
    assert json.loads(rejected[0].payload) == {"id": "4", "name": "Петрова Ия"}


def test_bytes_that_cp1251_does_not_have(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes("id;name\n1;Иванов\n2;Пе".encode("cp1251") + b"\x98" + "тров\n".encode("cp1251"))
    records, rejected = read(path)
    assert records == [("1", "Иванов", 2)]
    assert [(row.line, row.code) for row in rejected] == [(3, "undecodable")]


@pytest.mark.parametrize("suffix", [".csv", ".jsonl"])
def test_nul_bytes(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"a{suffix}"
    rows = [{"id": "1", "name": "имя"}, {"id": "2", "name": "и\0мя"}, {"id": "3", "name": "имя"}]
    if suffix == ".csv":
        path.write_text("id;name\n" + "".join(f"{row['id']};{row['name']}\n" for row in rows), encoding="utf-8")
    else:
        path.write_text("\n" + "".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    records, rejected = read(path)
    assert records == [("1", "имя", 2), ("3", "имя", 4)]
    assert [(row.line, row.code) for row in rejected] == [(3, "nul_bytes")]
    assert json.loads(rejected[0].payload) == {"id": "2", "name": "и␀мя"}


@pytest.mark.parametrize(
    ("name", "head", "row"),
    [("a.csv", b"id;name\n", b"%d;%s\n"), ("a.jsonl", b"\n", b'{"id": "%d", "name": "%s"}\n')],
)
def test_a_line_of_50_megabytes(tmp_path: Path, name: str, head: bytes, row: bytes) -> None:
    path = tmp_path / name
    path.write_bytes(head + row % (1, b"a") + row % (2, b"x" * 50_000_000) + row % (3, b"b"))
    records, rejected = read(path)
    assert records == [("1", "a", 2), ("3", "b", 4)]
    assert [(reject.line, reject.code) for reject in rejected] == [(3, "row_too_long")]
    assert len(rejected[0].payload) < 20_000
    assert str(50_000_000 + len(row) - 4) in rejected[0].message


def test_a_quote_that_is_never_closed_swallows_nothing(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    rows = [f"{number};имя {number};x" for number in range(2, 100_000)]
    rows[500] = '502;"имя 502;x'
    path.write_text("id;name;x\n" + "\n".join(rows) + "\n", encoding="utf-8")
    records, rejected = read(path)
    assert [(row.line, row.code) for row in rejected] == [(502, "unbalanced_quote")]
    assert len(records) == len(rows) - 1
    assert all(int(key) == line for key, _, line in records)


def test_two_lost_quotes_do_not_swallow_the_rows_between(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    rows = [f"{number};имя;x" for number in range(2, 3_000)]
    rows[500], rows[2_500] = '502;"имя;x', '2502;имя";x'
    path.write_text("id;name;x\n" + "\n".join(rows) + "\n", encoding="utf-8")
    records, rejected = read(path)
    assert [row.line for row in rejected] == [502]
    assert len(records) == len(rows) - 1


def test_five_thousand_columns(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    header = ";".join(["id", "name", *(f"c{number}" for number in range(4_998))])
    path.write_text(header + "\n" + "".join(f"{row};a" + ";x" * 4_998 + "\n" for row in range(300)), encoding="utf-8")
    records, rejected = read(path)
    assert (len(records), rejected) == (300, [])
    assert len(open_file(path, MAPPING).columns) == 5_000


def test_names_given_twice_in_the_header(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("id;name;name;;name (2)\n1;a;b;c;d\n", encoding="utf-8")
    file = open_file(path, MAPPING)
    assert file.columns == ("id", "name", "name (3)", "column (4)", "name (2)")
    assert "name" in file.notices[0]
    assert read(path)[0] == [("1", "a", 2)]


def test_a_file_cut_in_half(tmp_path: Path) -> None:
    whole = "id;name;x\n" + "".join(f"{number};имя {number};x\n" for number in range(2, 1_000))
    path = tmp_path / "a.csv"
    path.write_bytes(whole.encode()[: len(whole.encode()) // 2 - 3])
    records, rejected = read(path)
    assert [row.code for row in rejected] == ["cut_short"]
    assert len(records) + 2 == rejected[0].line
    book = sheet(tmp_path / "a.xlsx", ["id", "name"], *([number, "имя"] for number in range(1_000)))
    book.write_bytes(book.read_bytes()[: book.stat().st_size // 2])
    assert "передан не полностью" in refusal(book)
    table = tmp_path / "a.parquet"
    pq.write_table(pa.table({"id": ["1"] * 1_000, "name": ["a"] * 1_000}), table)
    table.write_bytes(table.read_bytes()[: table.stat().st_size // 2])
    assert "передан не полностью" in refusal(table)


def test_damage_within_a_parquet_file(tmp_path: Path) -> None:
    path = tmp_path / "a.parquet"
    names = [f"имя {number}" for number in range(1_000)]
    pq.write_table(pa.table({"id": names, "name": names}), path, compression="gzip")
    content = bytearray(path.read_bytes())
    content[100:1_000] = bytes(900)
    path.write_bytes(content)
    assert "повреждён" in refusal(path)


def test_rows_of_jsonl_that_are_no_rows(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    lines = [
        '{"id": 1, "name": "a"}',
        '{"id": 2, "name": ',
        "[1, 2]",
        "",
        '{"id": 5}{"id": 6}',
        '{"id": 6}, {"id": 7}',
        '"text"',
        '{"id": 8, "name": "\\ud800"}',
        '{"id": 9, "name": "b"}',
    ]
    path.write_text("\n".join(lines) + '\n{"id": 10, "na', encoding="utf-8")
    records, rejected = read(path)
    assert [row[::2] for row in records if row[0] in "19"] == [("1", 1), ("9", 9)]
    assert {row.line: row.code for row in rejected if row.line != 8} == {
        2: "bad_json",
        3: "not_an_object",
        5: "bad_json",
        6: "bad_json",
        7: "not_an_object",
        10: "cut_short",
    }
    assert len(records) + len(rejected) == 9


# Workbooks ------------------------------------------------------------------------------------------------------


def workbook(path: Path, sheet_xml: Callable[[], bytes]) -> Path:
    """A small true workbook whose sheet is replaced."""
    with zipfile.ZipFile(sheet(path.with_suffix(".tmp"), ["id", "name"], ["1", "a"])) as source:
        parts = {part.filename: source.read(part) for part in source.infolist()}
    parts["xl/worksheets/sheet1.xml"] = sheet_xml()
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as target:
        for name, content in parts.items():
            target.writestr(name, content)
    return path


SHEET = (
    b'<?xml version="1.0"?><worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
    b"<sheetData>%s</sheetData></worksheet>"
)


def test_a_bomb_of_zeros(tmp_path: Path) -> None:
    path = workbook(tmp_path / "bomb.xlsx", lambda: SHEET % (b" " * 200_000_000))
    assert path.stat().st_size < 1_000_000
    assert "архивную бомбу" in refusal(path)


def test_a_bomb_that_lies_about_its_size(tmp_path: Path) -> None:
    path = workbook(tmp_path / "bomb.xlsx", lambda: SHEET % (b" " * 100_000_000))
    content = path.read_bytes()
    true_size = (len(SHEET) - 2 + 100_000_000).to_bytes(4, "little")
    assert content.count(true_size) == 2
    path.write_bytes(content.replace(true_size, (1_000).to_bytes(4, "little")))
    assert refusal(path)


@pytest.mark.parametrize(
    "cells",
    [
        b'<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576"><v>1</v></c></row>',
        b"<row><c/></row>" * 100_000 + b"<row>" + b"<c/>" * 16_000 + b"</row>",
        b'<row r="1"><c r="A1"><v>1</v></c><c r="ZZZ9999999"><v>1</v></c></row>',
    ],
)
def test_a_sheet_of_billions_of_cells(tmp_path: Path, cells: bytes) -> None:
    assert "слишком велик" in refusal(workbook(tmp_path / "wide.xlsx", lambda: SHEET % cells))


@pytest.mark.parametrize(
    "xml",
    [
        b"not xml at all",
        SHEET[:-10] % b"<row><c>",
        b'<!DOCTYPE a [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "' + b"&a;" * 10_000 + b'">]><worksheet>' + b"&b;" * 10_000,
    ],
)
def test_a_sheet_that_is_no_xml(tmp_path: Path, xml: bytes) -> None:
    assert refusal(workbook(tmp_path / "bad.xlsx", lambda: xml))


def test_a_sheet_that_is_not_there(tmp_path: Path) -> None:
    path = sheet(tmp_path / "a.xlsx", ["id", "name"], ["1", "a"])
    assert "нет листа «Договоры»" in refusal(path, Mapping(source="s", key=("id",), sheet="Договоры"))
    assert read(path, Mapping(source="s", key=("id",), sheet="заявки"))[0] == [("1", None, 2)]


def test_an_empty_sheet(tmp_path: Path) -> None:
    assert "пуст" in refusal(sheet(tmp_path / "a.xlsx"))


@pytest.mark.parametrize("seed", range(40))
def test_any_damaged_workbook_is_refused_or_read(tmp_path: Path, seed: int) -> None:
    """One byte in many places is changed: no error but ours may come out."""
    content = bytearray(sheet(tmp_path / "a.xlsx", ["id", "name"], ["1", "имя"]).read_bytes())
    for place in range(seed, len(content), 40 * 8):
        damaged = bytearray(content)
        damaged[place] ^= 0x15
        path = tmp_path / "b.xlsx"
        path.write_bytes(damaged)
        with suppress(LitsoError):
            assert len(read(path)[0]) <= 1


def test_a_gzip_of_zeros_stays_in_bounds(tmp_path: Path) -> None:
    path = tmp_path / "a.csv.gz"
    buffer = io.BytesIO()
    with gzip.GzipFile(fileobj=buffer, mode="wb", compresslevel=9) as stream:
        stream.write(b"id;name\n1;a\n")
        for _ in range(64):
            stream.write(bytes(1 << 20))
    path.write_bytes(buffer.getvalue())
    records, rejected = read(path)
    assert records == [("1", "a", 2)]
    assert [row.code for row in rejected] == ["row_too_long"]

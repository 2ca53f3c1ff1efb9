"""CSV as programs write it reads back as it was, line numbers included, wherever the blocks are cut."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from litso.sources.files import open_file
from litso.sources.mapping import Column, Mapping

PLAIN = st.text(
    st.characters(codec="utf-8", exclude_characters="\0\ufeff", exclude_categories=("Cs", "Cc")), max_size=8
)
TRICKY = st.lists(st.sampled_from(['"', '""', "\n", "\r\n", ";", ",", "\t", "|", " ", "а", "Ё", "1", "x"]), max_size=6)
VALUES = st.one_of(PLAIN, TRICKY.map("".join))
DIALECTS = st.tuples(
    st.sampled_from([";", ",", "\t", "|"]),
    st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]),
    st.sampled_from(["\n", "\r\n"]),
)


def mapping_of(columns: list[str], **more: object) -> Mapping:
    return Mapping(
        source="s",
        key=(columns[0],),
        attributes={"full_name": tuple(map(Column, columns))},
        **more,  # type: ignore[arg-type]
    )


def read_back(path: Path, mapping: Mapping) -> tuple[list[list[str]], list[int], list[str]]:
    file = open_file(path, mapping)
    rows: list[list[str]] = []
    lines: list[int] = []
    codes: list[str] = []
    for batch in file.batches(rows=3):
        assert batch.rows.num_rows <= 3
        rows += [list(row.values()) for row in batch.rows.to_pylist()]
        lines += batch.lines.to_pylist()
        codes += [row.code for row in batch.rejected]
    return rows, lines, codes


def written(row: list[str], delimiter: str, quoting: int, newline: str) -> str:
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter, quoting=quoting, lineterminator=newline).writerow(row)  # type: ignore[arg-type]
    return out.getvalue()


@settings(max_examples=150, deadline=None)
@given(
    st.integers(1, 4).flatmap(lambda width: st.lists(st.lists(VALUES, min_size=width, max_size=width), max_size=12)),
    DIALECTS,
    st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "cp1251"]),
    st.integers(1, 60),
)
def test_any_dialect_reads_back(
    tmp_path_factory: pytest.TempPathFactory,
    rows: list[list[str]],
    dialect: tuple[str, int, str],
    encoding: str,
    block: int,
) -> None:
    delimiter, quoting, newline = dialect
    if quoting == csv.QUOTE_MINIMAL:  # the writer leaves a lone carriage return unquoted
        rows = [[value.replace("\r", "") for value in row] for row in rows]
    if encoding == "cp1251":
        rows = [[value.encode("cp1251", "ignore").decode("cp1251") for value in row] for row in rows]
    columns = [f"столбец{number}" for number in range(len(rows[0]) if rows else 2)]
    texts = [written(row, delimiter, quoting, newline) for row in [columns, *rows]]
    path = tmp_path_factory.getbasetemp() / "scratch.csv"
    path.write_bytes("".join(texts).encode(encoding))
    mapping = mapping_of(columns, encoding="cp1251" if encoding == "cp1251" else None)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("litso.sources.blocks.BATCH_BYTES", block)
        found, lines, codes = read_back(path, mapping)
    starts = [1 + sum(text.count("\n") for text in texts[:number]) for number in range(1, len(texts))]
    expected = [(row, line) for row, line in zip(rows, starts, strict=True) if any(row)]
    assert codes == []
    assert list(zip(found, lines, strict=True)) == expected


def test_old_macintosh_newlines(tmp_path: Path) -> None:
    path = tmp_path / "mac.csv"
    path.write_bytes(b"id;name\r1;a\r2;b\r")
    assert read_back(path, mapping_of(["id", "name"])) == ([["1", "a"], ["2", "b"]], [2, 3], [])


@pytest.mark.parametrize(
    ("text", "rows", "lines", "codes"),
    [
        # What has one meaning is forgiven.
        ('1;ООО "Ромашка";2', [["1", 'ООО "Ромашка"', "2"]], [2], []),
        ('1;"ООО "Ромашка"";2', [["1", 'ООО "Ромашка"', "2"]], [2], []),
        ('1;12" труба;2\n2;14" труба;3', [["1", '12" труба', "2"], ["2", '14" труба', "3"]], [2, 3], []),
        ('1;6" труба;2\n2;б;3', [["1", '6" труба', "2"], ["2", "б", "3"]], [2, 3], []),
        ("1;а;2;;", [["1", "а", "2"]], [2], []),
        ("1;а;2\n\n;;\n   \n2;б;3", [["1", "а", "2"], ["2", "б", "3"]], [2, 6], []),
        ("1;а\rб;2", [["1", "а\rб", "2"]], [2], []),
        ('1;"а\nб";2\n2;ООО "Р";3', [["1", "а\nб", "2"], ["2", 'ООО "Р"', "3"]], [2, 4], []),
        ('1;О "Р";2\n2;"а\nб;в\nг";3', [["1", 'О "Р"', "2"], ["2", "а\nб;в\nг", "3"]], [2, 3], []),
        # The rest goes to quarantine, and nothing but the rest.
        ("1;а\n2;б;3", [["2", "б", "3"]], [3], ["wrong_field_count"]),
        ("1;а;2;3\n2;б;3", [["2", "б", "3"]], [3], ["wrong_field_count"]),
        ('1;"а;2\n2;б;3\n3;"в";4', [["2", "б", "3"], ["3", "в", "4"]], [3, 4], ["unbalanced_quote"]),
        ('1;"а;2\n2;б;3', [["2", "б", "3"]], [3], ["unbalanced_quote"]),
        ('1;"а"б"в;2\n2;б;3', [["2", "б", "3"]], [3], ["unbalanced_quote"]),
        ("1;а\0б;2\n2;б;3", [["2", "б", "3"]], [3], ["nul_bytes"]),
        ("1;а;2\n2;б", [["1", "а", "2"]], [2], ["cut_short"]),
    ],
)  # fmt: skip
@pytest.mark.parametrize("block", [1 << 20, 5])
def test_rows_that_break_the_rules(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    text: str,
    rows: list[list[str]],
    lines: list[int],
    codes: list[str],
    block: int,
) -> None:
    monkeypatch.setattr("litso.sources.blocks.BATCH_BYTES", block)
    path = tmp_path / "file.csv"
    path.write_text("id;name;n\n" + text, encoding="utf-8", newline="")
    assert read_back(path, mapping_of(["id", "name", "n"])) == (rows, lines, codes)


SCRAPS = st.sampled_from(
    [b'"', b";", b"\n", b"\r", b"\0", b"x", b"x;x", "й".encode(), "йцу".encode("cp1251"), b"\xff", b" "]
)


@settings(max_examples=150, deadline=None)
@given(st.lists(SCRAPS, max_size=60), st.integers(1, 40), st.sampled_from(["utf-8", "cp1251"]))
def test_nothing_is_lost_of_any_bytes(
    tmp_path_factory: pytest.TempPathFactory, scraps: list[bytes], block: int, encoding: str
) -> None:
    body = b"".join(scraps)
    path = tmp_path_factory.getbasetemp() / "scratch.csv"
    path.write_bytes(b"a;b\n" + body)
    file = open_file(path, mapping_of(["a", "b"], encoding=encoding))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("litso.sources.blocks.BATCH_BYTES", block)
        batches = list(file.batches())
    texts = [value for batch in batches for row in batch.rows.to_pylist() for value in row.values()]
    payloads = [row.payload for batch in batches for row in batch.rejected]
    lines = [line for batch in batches for line in batch.lines.to_pylist()]
    rejected = [row.line for batch in batches for row in batch.rejected]
    assert sum(text.count("x") for text in [*texts, *payloads]) == body.count(b"x")
    assert len({*lines, *rejected}) == len(lines) + len(rejected)
    assert all(1 < line <= body.count(b"\n") + 2 for line in [*lines, *rejected])
    assert not any("\0" in text for text in texts)

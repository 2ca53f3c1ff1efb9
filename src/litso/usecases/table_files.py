"""Small tables that a user hands over in a file of any known format: rows by line, with the columns that are known."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from litso.errors import BadUsage
from litso.sources.files import open_file
from litso.sources.mapping import parse_mapping
from litso.sources.raw import match_columns


class TableRow(NamedTuple):
    """A row of a file: its 1-based line and its texts, blank where nothing is given."""

    line: int
    values: dict[str, str]


class BadRow(NamedTuple):
    """A row that cannot be taken; `message` says why without its values."""

    line: int | None
    column: str | None
    message: str


def read_rows(path: Path, needed: Sequence[str], optional: Sequence[str] = ()) -> Iterator[TableRow | BadRow]:
    """Rows of a CSV, JSONL, Parquet or XLSX file in order. SourceUnusable when it lacks a needed column."""
    if not path.is_file():
        raise BadUsage(f"{path}: there is no such file")
    listed = ", ".join(needed)
    file = open_file(path, parse_mapping(f"source: table\nparty: none\nkey: [{listed}]\n", str(path)))
    for batch in file.batches():
        yield from (BadRow(one.line, one.column, one.message) for one in batch.rejected)
        columns = match_columns([*needed, *optional], batch.rows.column_names)
        rows = batch.rows.select(list(columns.values())).to_pylist()
        for line, row in zip(batch.lines.to_pylist(), rows, strict=True):
            yield TableRow(line, {name: (row[column] or "").strip() for name, column in columns.items()})

"""XLSX files: the first sheet, or the one that the mapping names; the first row that is not empty is the header."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from datetime import date, datetime, time, timedelta
from itertools import islice
from pathlib import Path
from typing import Any, Final, NamedTuple

import pyarrow as pa
from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook

from litso.errors import SourceUnusable
from litso.sources.mapping import Mapping
from litso.sources.parquet_file import without_nul
from litso.sources.raw import RawBatch, SourceFile, canonical, unique_names, without_blank_rows
from litso.sources.xlsx_guard import guard_xlsx

_PIECE: Final = 8_192


class _Sheet(NamedTuple):
    """A sheet whose data begin after the 1-based row `header`."""

    cells: CalamineSheet
    columns: tuple[str, ...]
    header: int
    notices: tuple[str, ...]


def open_xlsx(path: Path, mapping: Mapping) -> SourceFile:
    """Open a workbook. Raises SourceUnusable where it is damaged, dangerous, empty or lacks the sheet."""
    guard_xlsx(path)
    try:
        book = CalamineWorkbook.from_path(str(path))
        name = _sheet_name(path, book.sheet_names, mapping.sheet)
        sheet = _read_header(path, book.get_sheet_by_name(name), mapping.header)
    except CalamineError as error:
        raise SourceUnusable(f"{path}: файл XLSX не читается: он повреждён или передан не полностью.") from error

    def read(rows: int, only: Collection[str] | None) -> Iterator[RawBatch]:
        return _read(sheet, path.stat().st_size, rows, only)

    return SourceFile(
        path=path,
        format="xlsx",
        columns=sheet.columns,
        size=path.stat().st_size,
        reader=read,
        sheet=name,
        notices=sheet.notices,
    )


def _sheet_name(path: Path, names: Sequence[str], wanted: str | None) -> str:
    if not names:
        raise SourceUnusable(f"{path}: в файле нет листов.")
    if wanted is None:
        return names[0]
    for name in names:
        if canonical(name) == canonical(wanted):
            return name
    raise SourceUnusable(f"{path}: нет листа «{wanted}». В файле есть: {', '.join(names)}.")


def _read_header(path: Path, cells: CalamineSheet, header: Sequence[str]) -> _Sheet:
    for number, row in enumerate(cells.iter_rows(), start=1):
        texts = [cell_text(cell) or "" for cell in row]
        if any(texts):
            columns, notices = unique_names(header or texts)
            return _Sheet(cells, columns, number - bool(header), notices)
    raise SourceUnusable(f"{path}: лист «{cells.name}» пуст.")


def _read(sheet: _Sheet, size: int, rows: int, only: Collection[str] | None) -> Iterator[RawBatch]:
    count = sheet.cells.end[0] + 1 if sheet.cells.end else 1
    piece: list[list[Any]] = []
    line = sheet.header + 1
    for row in islice(sheet.cells.iter_rows(), sheet.header, None):
        piece.append(row)
        if len(piece) >= min(rows, _PIECE):
            yield _batch(sheet, piece, line, size * line // count, only)
            line += len(piece)
            piece = []
    if piece:
        yield _batch(sheet, piece, line, size, only)


def _batch(sheet: _Sheet, piece: list[list[Any]], line: int, position: int, only: Collection[str] | None) -> RawBatch:
    width = len(sheet.columns)
    padded = [row[:width] + [""] * (width - len(row)) for row in piece]
    values = zip(*padded, strict=True)
    columns = {
        name: pa.array(list(map(cell_text, cells)), pa.string())
        for name, cells in zip(sheet.columns, values, strict=True)
    }
    batch = without_nul(pa.table(columns), line, position)
    rows, lines = without_blank_rows(batch.rows, batch.lines)
    return RawBatch(rows.select(list(only)) if only is not None else rows, lines, batch.rejected, position)


def cell_text(cell: Any) -> str | None:
    """A cell as a person would write it: whole numbers without «.0», dates in ISO; an empty cell is absent."""
    if cell == "" or cell is None:
        return None
    if isinstance(cell, str):
        return cell
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() and abs(cell) < 2**53 else repr(cell)
    if isinstance(cell, datetime):
        return cell.date().isoformat() if cell.time() == time() else cell.isoformat(" ", "seconds")
    if isinstance(cell, (date, time)):
        return cell.isoformat()
    return str(cell) if isinstance(cell, (int, timedelta)) else repr(cell)

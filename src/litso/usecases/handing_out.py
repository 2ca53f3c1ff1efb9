"""Write-back by file: rows for an operator to load into the source, in a file that appears whole."""

from __future__ import annotations

import csv
import os
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import IO, Final

from xlsxwriter import Workbook

from litso.domain.returning import HANDED, Outcome, Task
from litso.domain.spreadsheet import spreadsheet_safe

_WAS: Final = "{} (было)"
_NUMBER: Final = re.compile(r"[+-]?\d+")
"""Nothing that a spreadsheet could carry out: phones stay as the source is to have them."""


class FileWriter:
    """Collects rows; `publish` lets the file appear under its name, `<stem>.xlsx` or `<stem>.csv`: the same rows again
    give the same file.

    Columns: those of the key, then the new value of each column and, beside it, the one that is there now. A cell
    without a new value is left as it is. Texts in XLSX are texts; in CSV (`;`, UTF-8 with a mark, as spreadsheets
    open it) a cell that a spreadsheet would take for a formula has an apostrophe before it.
    """

    def __init__(self, folder: Path, stem: str, kind: str, key: Sequence[str], fields: Mapping[str, str]) -> None:
        self._folder, self._stem, self._kind = folder, stem, kind
        self._key, self._columns = tuple(key), tuple(dict.fromkeys(fields.values()))
        self._tasks: list[Task] = []

    def write(self, task: Task) -> Outcome:
        """Put a row into the file."""
        self._tasks.append(task)
        return Outcome(HANDED)

    def publish(self) -> str:
        """Write the file; answers its name, "" when there is nothing in it."""
        if not self._tasks:
            return ""
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        name = f"{self._stem}.{self._kind}"
        draft = self._folder / f".{name}.part"
        with os.fdopen(os.open(draft, os.O_RDWR | os.O_CREAT | os.O_TRUNC, 0o600), "w+b") as file:
            _write_csv(file, self._table()) if self._kind == "csv" else _write_xlsx(file, self._table())
            file.flush()
            os.fsync(file.fileno())
        draft.replace(self._folder / name)
        return name

    def close(self) -> None:
        """Nothing is held."""

    def _table(self) -> Iterator[list[str]]:
        """The header and the rows."""
        yield [*self._key, *(name for column in self._columns for name in (column, _WAS.format(column)))]
        for task in self._tasks:
            changes = {one.column: (one.after or "", one.before or "") for one in task.changes}
            cells = [cell for column in self._columns for cell in changes.get(column, ("", ""))]
            yield [*(task.key[column] for column in self._key), *cells]


def _write_csv(file: IO[bytes], table: Iterator[list[str]]) -> None:
    text = os.fdopen(os.dup(file.fileno()), "w", encoding="utf-8-sig", newline="")
    with text:
        writer = csv.writer(text, delimiter=";")
        writer.writerows([_safe(cell) for cell in row] for row in table)


def _safe(cell: str) -> str:
    return cell if _NUMBER.fullmatch(cell) else spreadsheet_safe(cell)


def _write_xlsx(file: IO[bytes], table: Iterator[list[str]]) -> None:
    with Workbook(file, {"strings_to_formulas": False, "strings_to_numbers": False, "strings_to_urls": False}) as book:
        sheet = book.add_worksheet()
        for number, row in enumerate(table):
            for place, cell in enumerate(row):
                sheet.write_string(number, place, cell)

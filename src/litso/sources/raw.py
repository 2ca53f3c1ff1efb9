"""Rows of a file as they are: texts under the names of its columns, with line numbers."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import msgspec
import pyarrow as pa
import pyarrow.compute as pc

from litso.errors import SourceUnusable
from litso.sources.quarantine import Rejected
from litso.sources.yaml_tree import nearest

BATCH_ROWS: Final = 65_536
BATCH_BYTES: Final = 8 << 20
"""A batch holds about as many bytes at most, so that wide rows stay within bounds too."""

_VALUE: Final = re.compile(r"[\d\s.,:+()/-]+|.*@.*")
"""What stands in rows, not in headers."""

LEFTOVER: Final = "_"
"""Names of payload entries that are no column begin so: `_text` of an unreadable row, `_1` of a field too many."""


@dataclass(frozen=True, slots=True)
class RawBatch:
    """`rows`: text columns (null = absent); `lines`: int64, the 1-based line of each row; rows that cannot be read."""

    rows: pa.Table
    lines: pa.Array
    rejected: list[Rejected]
    position: int = 0
    """Bytes of the file that were read so far."""


Reader = Callable[[int, Collection[str] | None], Iterator[RawBatch]]


@dataclass(frozen=True, slots=True)
class SourceFile:
    """An opened file: what was found out about it, and its rows."""

    path: Path
    format: str
    columns: tuple[str, ...]
    size: int
    reader: Reader
    encoding: str | None = None
    delimiter: str | None = None
    sheet: str | None = None
    is_sparse: bool = False
    """Columns may appear later in the file (JSONL), so that an absent one is no error."""
    notices: tuple[str, ...] = ()
    """Russian sentences about what was put right on opening."""

    def batches(self, rows: int = BATCH_ROWS, only: Collection[str] | None = None) -> Iterator[RawBatch]:
        """Read the rows in order, at most `rows` at a time; `only` these columns where the format can tell them apart.

        Raises SourceUnusable where the file turns out to be damaged.
        """
        return self.reader(rows, only)


def canonical(name: str) -> str:
    """How names of columns are compared: without case and spaces."""
    return "".join(name.split()).casefold()


def match_columns(wanted: Sequence[str], columns: Sequence[str]) -> dict[str, str]:
    """Which column of the file each wanted name means; names without one are left out."""
    exact = set(columns)
    loose: dict[str, str] = {}
    for column in columns:
        loose.setdefault(canonical(column), column)
    found = ((name, name if name in exact else loose.get(canonical(name))) for name in wanted)
    return {name: column for name, column in found if column is not None}


def checked_columns(file: SourceFile, wanted: Sequence[str], key: Sequence[str]) -> SourceFile:
    """The file, if it has the columns. Raises SourceUnusable with those listed that it lacks.

    A sparse file must have the key only; other columns that were not met yet are noted.
    """
    matched = match_columns(wanted, file.columns)
    missing = [name for name in wanted if name not in matched]
    if not missing:
        return file
    listed = ", ".join(_with_guess(name, file.columns) for name in missing)
    if file.is_sparse and all(name in matched for name in key):
        return replace(file, notices=(*file.notices, f"В начале файла не встретились столбцы: {listed}."))
    raise SourceUnusable(f"{file.path}: нет столбцов сопоставления: {listed}. {_present(file, bool(matched))}")


def _present(file: SourceFile, is_header: bool) -> str:
    """What the file has instead; values of a file without a header must not be shown."""
    if file.format == "csv" and len(file.columns) == 1:
        return "Разделитель столбцов не распознан: укажите delimiter."
    if not is_header and any(_VALUE.fullmatch(name) for name in file.columns):
        return "Похоже, в файле нет строки заголовка: перечислите столбцы в header."
    listed = ", ".join(file.columns[:20]) + (", …" if len(file.columns) > 20 else "")
    return f"В файле есть: {listed}."


def _with_guess(name: str, columns: Sequence[str]) -> str:
    guess = nearest(name, [column for column in columns if column])
    return f"«{name}» (может быть, «{guess}»?)" if guess else f"«{name}»"


def unique_names(names: Sequence[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Names of columns, each once and none empty, and notices about those that were renamed."""
    stripped = [name.strip().lstrip("\ufeff").replace("\0", "").strip() for name in names]
    repeats = Counter(name for name in stripped if name)
    seen: Counter[str] = Counter()
    taken = set(stripped)
    unique = []
    for position, name in enumerate(stripped, start=1):
        seen[name] += 1
        first = name and seen[name] == 1
        unique.append(name if first else _free_name(name or "column", seen[name] if name else position, taken))
    notices = tuple(
        f"Столбец «{name}» повторяется, всего столбцов {count}: второй назван «{name} (2)» и так далее."
        for name, count in repeats.items()
        if count > 1
    )
    return tuple(unique), notices


def _free_name(name: str, number: int, taken: set[str]) -> str:
    """«tel (2)», or a higher number where a column has that very name."""
    candidate = f"{name} ({number})"
    while candidate in taken:
        number += 1
        candidate = f"{name} ({number})"
    taken.add(candidate)
    return candidate


def payload_of(values: Mapping[str, str | None]) -> str:
    """A row as a JSON object of texts; absent values are left out, NUL is shown as ␀ (databases cannot hold it)."""
    present = {name: value.replace("\0", "␀") for name, value in values.items() if value is not None}
    return msgspec.json.encode(present).decode()


def payload_of_fields(columns: Sequence[str], fields: Sequence[str]) -> str:
    """A row that may have too few or too many fields, as payload."""
    surplus = {f"{LEFTOVER}{number}": value for number, value in enumerate(fields[len(columns) :], start=1)}
    return payload_of(dict(zip(columns, fields, strict=False)) | surplus)


def payload_of_text(text: str) -> str:
    """A row that could not be divided into fields, as payload."""
    return payload_of({LEFTOVER + "text": text})


def without_blank_rows(rows: pa.Table, lines: pa.Array) -> tuple[pa.Table, pa.Array]:
    """Drop rows whose every value is empty: they are the tail of a spreadsheet, not records."""
    blank = None
    for column in rows.columns:
        empty = pc.fill_null(pc.equal(column, ""), True)
        blank = empty if blank is None else pc.and_(blank, empty)
        if not pc.any(blank).as_py():
            return rows, lines
    if blank is None:
        return rows, lines
    kept = pc.invert(blank)
    return rows.filter(kept), lines.filter(kept.combine_chunks())


def slices(batch: RawBatch, rows: int) -> Iterator[RawBatch]:
    """The batch in pieces of at most `rows`; rejected rows go with the first."""
    count = batch.rows.num_rows
    for start in range(0, max(count, 1), rows):
        rejected = batch.rejected if start == 0 else []
        yield RawBatch(batch.rows.slice(start, rows), batch.lines.slice(start, rows), rejected, batch.position)

"""Lists to be wary of: standardized as any record is, so that their keys are those of records."""

from __future__ import annotations

from itertools import islice
from pathlib import Path
from typing import Final

import pyarrow as pa

from litso.domain.record import mapped_schema
from litso.errors import SourceUnusable
from litso.sources.blacklist_file import BlacklistRow, blacklist_rows
from litso.sources.reference_files import day_of
from litso.standardize.blacklist import ENTRIES, Entry, key_table
from litso.standardize.records import standardize
from litso.usecases.reference_kinds import Built, Source
from litso.usecases.registers import save

_BATCH: Final = 50_000


def build_blacklist(source: Source, part: str, folder: Path) -> Built:
    """Entries with their standard values, and the keys by which they are found."""
    tables = []
    done = 0
    lines = blacklist_rows(source.path)
    while rows := tuple(islice(lines, _BATCH)):
        tables.append(_entries(rows))
        done += len(rows)
        source.progress("blacklist", done, 0)
    if not tables:
        raise SourceUnusable(f"{source.path}: holds no entries")
    entries = pa.concat_tables(tables).combine_chunks()
    save(entries, folder / "entries.arrow")
    save(key_table(entries), folder / "keys.arrow")
    day = day_of(source.path)
    return Built(day.isoformat(), day, entries.num_rows)


def _entries(rows: tuple[BlacklistRow, ...]) -> pa.Table:
    given = [_mapped(number, row) for number, row in enumerate(rows)]
    standard = standardize(pa.Table.from_pylist(given, mapped_schema())).to_pylist()
    return pa.Table.from_pylist(
        [_entry(row, values)._asdict() for row, values in zip(rows, standard, strict=True)], ENTRIES
    )


def _mapped(number: int, row: BlacklistRow) -> dict[str, object]:
    given = {name: getattr(row, name) for name in ("birth_date", "inn", "ogrn", "snils", "passport")}
    return {"source": "blacklist", "source_id": str(number), "party": row.kind, "full_name": row.name, **given}


def _entry(row: BlacklistRow, values: dict[str, object]) -> Entry:
    names = ("kind", "full_name", "company", "birth_date", "inn", "ogrn", "snils", "passport")
    problems = values["problems"]
    assert isinstance(problems, list)
    return Entry(
        name=row.name, list=row.list, reason=row.reason, since=row.since, until=row.until,
        problems=";".join(problems) or None, **{name: values[name] for name in names},  # type: ignore[arg-type]
    )  # fmt: skip

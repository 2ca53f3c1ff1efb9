"""Lists of persons and organizations, and the register of companies: standardized as any record is, kept by keys."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path
from typing import Any, Final

import pyarrow as pa
import pyarrow.parquet as pq

from litso.check.entries import ENTRIES, Entry, fold, full_name, identified, key_table
from litso.domain.record import ORGANIZATION, mapped_schema
from litso.engine.duckdb import Engine
from litso.enrich.company import COMPANIES, to_row
from litso.errors import SourceUnusable
from litso.sources.bankrupts_file import bankrupt_rows
from litso.sources.blacklist_file import blacklist_rows
from litso.sources.egrul_file import companies
from litso.sources.extremists_file import extremist_rows
from litso.sources.listed import ListedRow
from litso.sources.reference_files import day_of
from litso.standardize.records import standardize
from litso.usecases.reference_kinds import Built, Source
from litso.usecases.registers import save

_BATCH: Final = 50_000
_ROWS_AT_ONCE: Final = 100_000


def build_blacklist(source: Source, part: str, folder: Path) -> Built:
    """Lists of one's own."""
    return _build(source, folder, blacklist_rows)


def build_bankrupts(source: Source, part: str, folder: Path) -> Built:
    """Debtors in bankruptcy."""
    return _build(source, folder, bankrupt_rows)


def build_extremists(source: Source, part: str, folder: Path) -> Built:
    """Those involved in terrorism and extremism."""
    return _build(source, folder, extremist_rows)


def _build(source: Source, folder: Path, read: Callable[[Path], Iterator[ListedRow]]) -> Built:
    """Entries with their standard values, and the keys by which they are found."""
    found: list[Entry] = []
    lines = read(source.path)
    while rows := tuple(islice(lines, _BATCH)):
        found += _entries(rows)
        source.progress("entries", len(found), 0)
    if not found:
        raise SourceUnusable(f"{source.path}: holds no entries")
    entries = identified(found)
    columns = zip(*entries, strict=True)
    table = [pa.array(column, field.type) for column, field in zip(columns, ENTRIES, strict=True)]
    save(pa.Table.from_arrays(table, schema=ENTRIES), folder / "listed.arrow")
    save(key_table(entries), folder / "listed_keys.arrow")
    day = day_of(source.path)
    return Built(day.isoformat(), day, len(entries))


def _entries(rows: tuple[ListedRow, ...]) -> list[Entry]:
    """Entries without ids; each name and passport of a row is standardized as a record of its own."""
    given = [one for number, row in enumerate(rows) for one in _mapped(number, row)]
    standard: list[list[dict[str, Any]]] = [[] for _ in rows]
    for one in standardize(pa.Table.from_pylist(given, mapped_schema())).to_pylist():
        standard[int(one["source_id"])].append(one)
    return [_entry(row, found) for row, found in zip(rows, standard, strict=True)]


def _mapped(number: int, row: ListedRow) -> Iterator[dict[str, object]]:
    for place in range(max(len(row.names), len(row.passports))):
        own: dict[str, object] = {"source": "list", "source_id": str(number), "party": row.kind}
        if place == 0:
            own |= {name: getattr(row, name) for name in ("birth_date", "inn", "ogrn", "snils")}
        own["full_name"] = row.names[place] if place < len(row.names) else None
        own["passport"] = row.passports[place] if place < len(row.passports) else None
        yield own


def _entry(row: ListedRow, found: list[dict[str, Any]]) -> Entry:
    first = found[0]
    is_organization = first["kind"] == ORGANIZATION
    names = [] if is_organization else [full_name(one["full_name"]) for one in found]
    cores = [fold(one["company"]) for one in found if one["company"]] if is_organization else []
    born = first["birth_date"]
    return Entry(
        entry_id=0,
        row_hash=0,
        list=row.list,
        ident=row.ident,
        name=row.names[0],
        kind=first["kind"],
        names=list(dict.fromkeys(filter(None, names))),
        companies=list(dict.fromkeys(cores)),
        birth_date=born,
        birth_year=born.year if born else row.birth_year,
        inn=first["inn"],
        ogrn=first["ogrn"],
        snils=first["snils"],
        passports=list(dict.fromkeys(one["passport"] for one in found if one["passport"])),
        reason=row.reason,
        since=row.since,
        until=row.until,
        problems=";".join(dict.fromkeys(problem for one in found for problem in one["problems"])) or None,
    )


# The register of companies -----------------------------------------------------------------------------------------


_LATEST: Final = """
    select * from told
    qualify row_number() over (partition by inn order by as_of desc nulls last, ogrn, kpp) = 1
    order by inn
"""


def build_egrul(source: Source, part: str, folder: Path) -> Built:
    """Companies by ИНН; of several statements of one the latest counts."""
    sorted_file = folder / "companies.parquet"
    with Engine(memory_limit=source.memory_limit, threads=source.threads) as engine:
        read, done = companies(source.path), 0
        while batch := [to_row(one) for one in islice(read, _BATCH)]:
            engine.append("told", [pa.Table.from_pylist(batch, COMPANIES)])
            done += len(batch)
            source.progress("companies", done, 0)
        if not done:
            raise SourceUnusable(f"{source.path}: holds no companies")
        engine.write(_LATEST, str(sorted_file))
    rows = _saved(sorted_file, folder / "companies.arrow")
    day = day_of(source.path)
    return Built(day.isoformat(), day, rows)


def _saved(sorted_file: Path, path: Path) -> int:
    """Write the sorted rows as a mapped table; answers how many there are."""
    rows = 0
    with pa.ipc.new_file(path, COMPANIES) as file:
        for batch in pq.ParquetFile(sorted_file).iter_batches(_ROWS_AT_ONCE):
            file.write_table(pa.Table.from_batches([batch]).cast(COMPANIES))
            rows += batch.num_rows
    sorted_file.unlink()
    return rows

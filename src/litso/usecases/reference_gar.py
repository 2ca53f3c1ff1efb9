"""One region of the State Address Register: from the official archive to the tables that addresses are matched with.

    archive → staged files (only what is needed; survive a kill) → houses joined with parents and codes → index

Memory is bounded by the engine's limit, the objects of one region and its hashed houses (forty bytes a house).
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

import pyarrow as pa
import pyarrow.parquet as pq

from litso.engine.duckdb import Engine
from litso.sources import gar_archive
from litso.sources.gar_stage import Staged, stage_region
from litso.standardize.address.gar_tables import (
    HASHED,
    REGISTERED,
    GarObject,
    GarTables,
    hashed_houses,
    house_tables,
    object_tables,
)
from litso.usecases.reference_kinds import Built, Source
from litso.usecases.registers import save

_BATCH: Final = 50_000


def regions(source: Source) -> list[str]:
    """Codes of the regions in an archive."""
    with gar_archive.open_archive(source.path) as archive:
        return gar_archive.regions_of(archive)


def build_region(source: Source, code: str, folder: Path) -> Built:
    """Write the tables of one region into `folder`."""
    work = source.work / f"gar-{code}"
    with gar_archive.open_archive(source.path) as archive:
        published = gar_archive.published(archive, code)
        staged = stage_region(archive, code, work, source.progress)
    with Engine(memory_limit=source.memory_limit, threads=source.threads) as engine:
        objects = _objects(engine, staged)
        hashed = _houses(engine, staged, work, lambda done: source.progress(f"{code} houses", done, 0))
    houses, numbers = house_tables(hashed)
    built = GarTables(*object_tables(objects), houses, numbers)
    for name, table in built._asdict().items():
        save(table, folder / f"{name}.arrow")
    shutil.rmtree(work)
    return Built(published.isoformat(), published, len(objects) + houses.num_rows)


def _objects(engine: Engine, staged: Staged) -> dict[int, GarObject]:
    """Address objects by id: the live row names an object, others of the same id are its former names."""
    found: dict[int, GarObject] = {}
    for key, guid, level, kind, name, live in engine.rows(_NAMES, [str(staged.objects)]):
        known = found.setdefault(key, GarObject(guid, level, kind, name))
        if not live or (known.type, known.name) != (kind, name):
            known.former.add((kind, name))
    for column, sql, paths in (
        ("administrative", _PATHS, [staged.administrative]),
        ("municipal", _PATHS, [staged.municipal]),
        ("postal_code", _CODES, staged.codes),
    ):
        for key, text in engine.rows(sql, [str(path) for path in paths]):
            if key in found:
                setattr(found[key], column, text)
    return found


_NAMES: Final = """
select object_id, guid, level, type, name, live from read_parquet(?) order by object_id, live desc, type, name
"""
_PATHS: Final = "select object_id, min(path) from read_parquet(?) where path is not null group by object_id"
_CODES: Final = "select object_id, min(postal_code) as postal_code from read_parquet(?) group by object_id"
_PARENTS: Final = "select object_id, min(parent) as parent from read_parquet(?) where parent > 0 group by object_id"


def _houses(engine: Engine, staged: Staged, work: Path, progress: Callable[[int], None]) -> pa.Table:
    """`HASHED` houses of the region; the join of their files goes through a file, batch by batch."""
    engine.run("create table house as from read_parquet(?)", [str(path) for path in staged.houses])
    engine.run(f"create table administrative as {_PARENTS}", [str(staged.administrative)])
    engine.run(f"create table municipal as {_PARENTS}", [str(staged.municipal)])
    engine.run(f"create table code as {_CODES}", [str(path) for path in staged.codes])
    joined = work / "houses.joined.parquet"
    engine.write(_JOIN, str(joined))
    tables = [HASHED.empty_table()]
    for table in _read(joined):
        tables.append(hashed_houses(table))
        progress(sum(one.num_rows for one in tables))
    return pa.concat_tables(tables)


_JOIN: Final = """
select h.guid, h.number, h.type, h.blocks, h.plot, coalesce(a.parent, m.parent, 0) as parent, c.postal_code
from (select distinct on (object_id) * from house order by object_id, number, blocks) h
left join administrative a using (object_id)
left join municipal m using (object_id)
left join code c using (object_id)
"""


def _read(path: Path) -> Iterator[pa.Table]:
    with pq.ParquetFile(path) as file:
        for batch in file.iter_batches(_BATCH, columns=REGISTERED.names):
            yield pa.Table.from_batches([batch])

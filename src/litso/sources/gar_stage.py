"""Files of one region of the address register as Parquet files that hold only what addresses need.

Each file is staged by itself and renamed when it is whole: after a kill the work goes on with the next file. Memory is
that of one batch of rows and of the ids of the region's objects and houses.
"""

from __future__ import annotations

import zipfile
from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Any, Final, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from litso.errors import SourceUnusable
from litso.sources.gar_archive import Member, Progress, Row, house_types, members, rows

BLOCK_TYPES: Final = {"1": "к", "2": "стр", "3": "соор", "4": "литера"}
"""Types of the additional numbers of a house, ADDTYPE1 and ADDTYPE2."""

_POSTAL_CODE: Final = "5"
_FOREVER: Final = "2079"
_BATCH: Final = 100_000

_OBJECT: Final = pa.schema(
    [
        pa.field("object_id", pa.int64()),
        pa.field("guid", pa.binary(16)),
        pa.field("level", pa.int8()),
        pa.field("type", pa.string()),
        pa.field("name", pa.string()),
        pa.field("live", pa.bool_()),
    ]
)
_HOUSE: Final = pa.schema(
    [
        pa.field("object_id", pa.int64()),
        pa.field("guid", pa.binary(16)),
        pa.field("number", pa.string()),
        pa.field("type", pa.string()),
        pa.field("blocks", pa.string()),
        pa.field("plot", pa.bool_()),
    ]
)
_STEP: Final = pa.schema(
    [pa.field("object_id", pa.int64()), pa.field("parent", pa.int64()), pa.field("path", pa.string())]
)
_CODE: Final = pa.schema([pa.field("object_id", pa.int64()), pa.field("postal_code", pa.string())])

Values = tuple[Any, ...]


class Staged(NamedTuple):
    """Parquet files of a region by what they hold; of what the archive lacks the file is empty."""

    objects: Path
    houses: tuple[Path, ...]
    administrative: Path
    municipal: Path
    codes: tuple[Path, ...]


class _Stage(NamedTuple):
    """How one kind of file is staged: its columns, which rows are wanted, what is taken of a row."""

    schema: pa.Schema
    wanted: Callable[[Row], bool]
    take: Callable[[Row], Values]


def stage_region(
    archive: zipfile.ZipFile, code: str, folder: Path, progress: Callable[[str, int, int], None]
) -> Staged:
    """Stage the files of one region; those that are staged already are not read again.

    `progress` is told the file, the bytes of it read and its size.
    """
    files = members(archive)[code]
    types = house_types(archive)
    folder.mkdir(parents=True, exist_ok=True)

    def staged(kind: str, stage: _Stage, known: NDArray[np.int64] | None = None) -> Path:
        member, told = files.get(kind), f"{code} AS_{kind}"
        path = folder / f"{kind}-{member.crc if member else 0:08x}.parquet"
        if not path.exists():
            tables = _tables(archive, member, stage, lambda done, of: progress(told, done, of)) if member else iter(())
            _write(path, stage.schema, tables, known)
        return path

    objects = staged("ADDR_OBJ", _Stage(_OBJECT, lambda row: True, _object))
    houses = (
        staged("HOUSES", _Stage(_HOUSE, _is_live, lambda row: _house(row, types))),
        staged("STEADS", _Stage(_HOUSE, _is_live, _plot)),
    )
    own, all_known = _ids([objects]), _ids([objects, *houses])
    own_set = frozenset(own.tolist())
    step = _Stage(_STEP, lambda row: row.get("ISACTIVE", "1") == "1", lambda row: _step(row, own_set))
    code_of = _Stage(_CODE, _is_postal_code, lambda row: (int(row["OBJECTID"]), row["VALUE"]))
    return Staged(
        objects,
        houses,
        staged("ADM_HIERARCHY", step, all_known),
        staged("MUN_HIERARCHY", step, all_known),
        tuple(staged(kind, code_of, all_known) for kind in ("ADDR_OBJ_PARAMS", "HOUSES_PARAMS", "STEADS_PARAMS")),
    )


def _ids(paths: Sequence[Path]) -> NDArray[np.int64]:
    """Sorted ids of the objects in staged files."""
    found = [pq.read_table(path, columns=["object_id"])["object_id"].to_numpy() for path in paths]
    return np.unique(np.concatenate(found))


def _write(path: Path, schema: pa.Schema, tables: Iterator[pa.Table], known: NDArray[np.int64] | None) -> None:
    """Write tables, of known objects alone; the file has its name once it is whole."""
    part = path.with_suffix(".part")
    with pq.ParquetWriter(part, schema, compression="zstd") as writer:
        for table in tables:
            writer.write_table(table if known is None else table.filter(_is_known(table, known)))
    part.rename(path)


def _is_known(table: pa.Table, known: NDArray[np.int64]) -> pa.Array:
    ids = table["object_id"].to_numpy()
    at = np.minimum(np.searchsorted(known, ids), len(known) - 1)
    return pa.array(known[at] == ids if len(known) else np.zeros(len(ids), bool))


def _tables(archive: zipfile.ZipFile, member: Member, stage: _Stage, progress: Progress) -> Iterator[pa.Table]:
    values = _values(archive, member, stage, progress)
    while batch := list(islice(values, _BATCH)):
        columns = zip(*batch, strict=True)
        yield pa.table(
            [pa.array(column, field.type) for column, field in zip(columns, stage.schema, strict=True)],
            schema=stage.schema,
        )


def _values(archive: zipfile.ZipFile, member: Member, stage: _Stage, progress: Progress) -> Iterator[Values]:
    """What is taken of every wanted row; a row that lacks it is named by its number."""
    for number, row in rows(archive, member, wanted=stage.wanted, progress=progress):
        try:
            yield stage.take(row)
        except KeyError as error:
            raise SourceUnusable(f"{member.name}, element {number}: no attribute {error.args[0]}") from None
        except ValueError:
            raise SourceUnusable(f"{member.name}, element {number}: an id or a level of it is malformed") from None


def _is_live(row: Row) -> bool:
    return row.get("ISACTIVE", "1") == "1" and row.get("ISACTUAL", "1") == "1"


def _is_postal_code(row: Row) -> bool:
    return row.get("TYPEID") == _POSTAL_CODE and row.get("ENDDATE", _FOREVER).startswith(_FOREVER)


def _guid(row: Row) -> bytes:
    guid = bytes.fromhex(row["OBJECTGUID"].replace("-", ""))
    if len(guid) != 16:
        raise ValueError
    return guid


def _object(row: Row) -> Values:
    kind = row["TYPENAME"].strip().rstrip(".")
    return int(row["OBJECTID"]), _guid(row), int(row["LEVEL"]), kind, row["NAME"].strip(), _is_live(row)


def _house(row: Row, types: dict[str, str]) -> Values:
    blocks = ";".join(
        f"{BLOCK_TYPES.get(row.get(f'ADDTYPE{at}', ''), 'к')} {row[f'ADDNUM{at}']}"
        for at in (1, 2)
        if row.get(f"ADDNUM{at}")
    )
    kind = types.get(row.get("HOUSETYPE", ""), "д")
    return int(row["OBJECTID"]), _guid(row), row.get("HOUSENUM", ""), kind, blocks, False


def _plot(row: Row) -> Values:
    return int(row["OBJECTID"]), _guid(row), row["NUMBER"], "уч", "", True


def _step(row: Row, own: frozenset[int]) -> Values:
    """A step of a hierarchy; the whole path only of address objects."""
    key = int(row["OBJECTID"])
    return key, int(row.get("PARENTOBJID") or 0), row["PATH"] if key in own else None

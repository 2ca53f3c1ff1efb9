"""DBF tables as files of a source, every field as text."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from itertools import islice
from pathlib import Path
from typing import Final

import pyarrow as pa

from litso.errors import SourceUnusable
from litso.sources.dbf_file import open_dbf_table, records_of
from litso.sources.mapping import Mapping
from litso.sources.raw import RawBatch, SourceFile

_BATCH: Final = 8_192


def open_dbf(path: Path, mapping: Mapping) -> SourceFile:
    """Open a table; the mapping's encoding goes before that of its header. SourceUnusable where it is damaged."""
    try:
        table = open_dbf_table(path)
    except SourceUnusable:
        raise SourceUnusable(f"{path}: это не таблица DBF, или файл повреждён или передан не полностью.") from None
    columns = tuple(dict.fromkeys(field.name for field in table.fields))

    def read(rows: int, only: Collection[str] | None) -> Iterator[RawBatch]:
        records = records_of(table, mapping.encoding)
        names = columns if only is None else tuple(only)
        while part := list(islice(records, min(rows, _BATCH))):
            texts = {name: pa.array([values[name] or None for _, values in part], pa.string()) for name in names}
            lines = pa.array([number for number, _ in part], pa.int64())
            made = pa.table(texts or {"": pa.nulls(len(part), pa.string())})
            yield RawBatch(made, lines, [], table.header + part[-1][0] * table.length)

    return SourceFile(
        path=path,
        format="dbf",
        columns=columns,
        size=path.stat().st_size,
        reader=read,
        encoding=mapping.encoding or table.encoding,
    )

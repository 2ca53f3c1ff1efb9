"""Everything that one load brings, file by file and batch by batch: opened, mapped, each key once."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import polars as pl

from litso.sources.duplicates import losing_rows, without_losers
from litso.sources.files import open_file
from litso.sources.mapped import MappedBatch, map_batch
from litso.sources.mapping import Mapping
from litso.sources.raw import RawBatch, SourceFile


def open_files(paths: Sequence[Path], mapping: Mapping) -> list[SourceFile]:
    """Open all files of a load before any is read, so that a bad one stops it at once (SourceUnusable)."""
    return [open_file(path, mapping) for path in paths]


def read_files(
    files: Sequence[SourceFile],
    mapping: Mapping,
    on_progress: Callable[[int], None] | None = None,
    as_said: Callable[[RawBatch], RawBatch] | None = None,
) -> Iterator[MappedBatch]:
    """Mapped batches of opened files, in bounded memory; no key occurs twice in all of them together.

    `on_progress` is told the bytes read so far; in the end they are the size of all files. `as_said` may change a batch
    before it is mapped.
    """
    tell = on_progress or (lambda position: None)
    losers = losing_rows(files, mapping)
    passed = 0
    for number, file in enumerate(files):
        of_file = losers.filter(pl.col("file") == number)
        for raw in file.batches():
            batch, repeated = without_losers(raw, of_file, mapping)
            said = as_said(batch) if as_said else batch
            yield map_batch(said, mapping)._replace(repeated=repeated)
            tell(passed + raw.position)
        passed += file.size
        tell(passed)

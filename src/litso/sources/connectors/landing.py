"""The landing: pieces of a source as files on disk, from which a load reads them like any other files."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any, Final, Protocol

import msgspec
import pyarrow as pa
import pyarrow.parquet as pq

from litso.sources.connectors.port import GONE, PRESENT, UPSERT, Checkpoint, File, Notice, Piece, Rows

ROWS: Final = 200_000
BYTES: Final = 256 << 20
FILES: Final = 200
"""A landing that holds so much is loaded before more is fetched; how many rows a connection may say."""
_BYTES_OF_A_ROW: Final = 100
"""Roughly, in a file: how many rows it has is seen only when it is read."""


@dataclass(slots=True)
class Landing:
    """What has arrived since the last load. `folder` is empty at first and holds one landing after another."""

    folder: Path
    at_once: int = ROWS
    number: int = 0
    rows: int = 0
    size: int = 0
    paths: dict[str, list[Path]] = field(default_factory=lambda: {UPSERT: [], GONE: [], PRESENT: []})
    origins: dict[str, None] = field(default_factory=dict)
    checkpoint: Checkpoint | None = None
    marks: list[str] = field(default_factory=list)
    files: list[File] = field(default_factory=list)
    tables: int = 0
    shape: dict[str, str] = field(default_factory=dict)
    _writers: dict[tuple[str, Any], _Writer] = field(default_factory=dict)

    @property
    def is_full(self) -> bool:
        """Whether it is time to load."""
        return self.rows >= self.at_once or self.size >= BYTES or len(self.paths[UPSERT]) >= FILES

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to load, only a checkpoint at most."""
        return not any(self.paths.values())

    def add(self, piece: Piece) -> None:
        """Put a piece down."""
        self.checkpoint = piece.checkpoint
        if isinstance(piece, Notice):
            return
        if isinstance(piece, File):
            self.marks += piece.marks
            if piece.path is None:
                return
            self.files.append(piece)
            self.paths[UPSERT].append(piece.path)
            size = piece.path.stat().st_size
            self.size += size
            self.rows += size // _BYTES_OF_A_ROW
            self.origins[piece.origin] = None
            return
        for column, kind in piece.shape.items():
            self.shape[column] = joined_types(self.shape.get(column, ""), kind)
        is_table = isinstance(piece.rows, pa.Table)
        self.tables += is_table
        if is_table or len(piece.rows):
            self.origins[piece.origin] = None
            if piece.what == UPSERT:  # keys stay together in one load
                self.rows += len(piece.rows)
            self._writer(piece).write(piece.rows)

    def _writer(self, piece: Rows) -> _Writer:
        schema = piece.rows.schema if isinstance(piece.rows, pa.Table) else None
        key = (piece.what, schema)
        if key not in self._writers:
            self.number += 1
            path = self.folder / f"{self.number}{'.parquet' if schema else '.jsonl'}"
            self._writers[key] = _Tables(path, schema) if schema else _Objects(path)
            self.paths[piece.what].append(path)
        return self._writers[key]

    def end(self) -> None:
        """Finish the files, so that they can be read."""
        for writer in self._writers.values():
            writer.close()
        self._writers.clear()

    def clear(self) -> None:
        """Forget what was loaded."""
        for paths in self.paths.values():
            for path in paths:
                path.unlink(missing_ok=True)
            paths.clear()
        self.rows = self.size = 0
        self.origins.clear()
        self.marks.clear()
        self.files.clear()
        self.checkpoint = None


class _Writer(Protocol):
    def write(self, rows: Any) -> None: ...

    def close(self) -> None: ...


class _Tables:
    """Text columns as Parquet."""

    def __init__(self, path: Path, schema: pa.Schema) -> None:
        self._open = pq.ParquetWriter(path, schema, compression="lz4")

    def write(self, rows: pa.Table) -> None:
        self._open.write_table(rows)

    def close(self) -> None:
        self._open.close()


class _Objects:
    """Objects as JSON lines."""

    def __init__(self, path: Path) -> None:
        self._open: IO[bytes] = path.open("wb")

    def write(self, rows: Sequence[Mapping[str, Any] | str]) -> None:
        self._open.writelines(msgspec.json.encode(row, enc_hook=str) + b"\n" for row in rows)

    def close(self) -> None:
        self._open.close()


def joined_types(one: str, other: str) -> str:
    """Types that a column was seen with, in the order of the alphabet: `number|text`."""
    return "|".join(sorted({kind for kind in (*one.split("|"), *other.split("|")) if kind}))

"""A load on its way: mapped records, facts and rejected rows of its files, kept on disk until they are published.

Reading, mapping and counting need one batch of memory; what the whole load must be known for (keys, hashes, figures)
stays in memory. A held load waits in its folder for the decision of a human.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import msgspec
import pyarrow as pa

from litso.domain.record import fact_schema, mapped_schema
from litso.sources.files import open_file
from litso.sources.gates import SMALL, LoadFigures
from litso.sources.mapped import MappedBatch, source_ids
from litso.sources.mapping import Mapping
from litso.sources.profile import Profile
from litso.sources.quarantine import Rejected
from litso.sources.raw import RawBatch
from litso.sources.reading import open_files, read_files
from litso.store.records import Departed, content_hashes
from litso.usecases import registers

RULES_VERSION: Final = 4
"""Raise it when standardization changes: records are then standardized anew by the next load of their source."""

Progress = Callable[[int, int], None]
"""Called with (bytes read, bytes of all files)."""

_HASH: Final = pa.field("content_hash", pa.int64())
_KEYS: Final = pa.schema([mapped_schema().field("source_id"), _HASH])
_ID: Final = pa.schema([mapped_schema().field("source_id")])
_GONE: Final = "gone"
_PRESENT: Final = "present"
_OPTIONS: Final = pa.ipc.IpcWriteOptions(compression="lz4")


class Summary(msgspec.Struct, frozen=True):
    """What a spool knows beside its tables. Rows = records + rejected + repeated ones."""

    rows: int
    records: int
    rejected: int
    repeated: int
    columns: tuple[str, ...]
    quality: dict[str, dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Spool:
    """The spooled files of one load. `keys`: source_id and content_hash of the records in order, each key once."""

    folder: Path
    keys: pa.Table
    summary: Summary

    def figures(self, mode: str, *, deleted: int, live: int) -> LoadFigures:
        """The figures that gates judge."""
        filled = {name: entry["filled"] for name, entry in self.summary.quality.items() if "filled" in entry}
        summary = self.summary
        return LoadFigures(mode, summary.rows, summary.rejected, deleted, live, filled, summary.columns)

    def records(self, columns: Sequence[str] | None = None) -> Iterator[pa.Table]:
        """Mapped records with `content_hash`, or some of their columns, batch by batch, in order."""
        return read_stream(self.folder / "records.arrow", columns)

    def facts(self) -> Iterator[pa.Table]:
        """Facts of the load, batch by batch, in order."""
        return read_stream(self.folder / "facts.arrow")

    def fact_keys(self) -> pa.Table:
        """Kind, key and record of all facts, in order: `kind`, `fact_key`, `source_id`."""
        names = ("kind", "fact_key", "source_id")
        empty = pa.schema([fact_schema().field(name) for name in names]).empty_table()
        return pa.concat_tables([empty, *read_stream(self.folder / "facts.arrow", names)])

    def departed(self) -> Departed:
        """What the load says of records that it does not have."""
        told = [self.folder / f"{name}.arrow" for name in (_GONE, _PRESENT)]
        gone, present = (pa.concat_tables([_ID.empty_table(), *read_stream(path)])["source_id"] for path in told)
        return Departed(gone.to_pylist(), present if told[1].exists() else None)

    def rejections(self) -> Iterator[Rejected]:
        """Rejected rows, in order."""
        with (self.folder / "rejected.jsonl").open("rb") as lines:
            for line in lines:
                yield msgspec.json.decode(line, type=Rejected)

    def discard(self) -> None:
        """Remove the folder: the load is published or refused."""
        shutil.rmtree(self.folder, ignore_errors=True)


def spool_files(
    paths: Sequence[Path],
    mapping: Mapping,
    folder: Path,
    progress: Progress | None = None,
    as_said: Callable[[RawBatch], RawBatch] | None = None,
) -> Spool:
    """Read and map the files of one load into `folder`; `as_said` may change rows before they are mapped.

    Raises SourceUnusable where a file cannot be read.
    """
    files = open_files(paths, mapping)
    size = sum(file.size for file in files)
    tell = progress or (lambda done, of: None)
    columns = tuple(dict.fromkeys(column for file in files for column in file.columns))
    batches = read_files(files, mapping, lambda done: tell(done, size), as_said)
    return spool_batches(batches, mapping, folder, columns, any(file.is_sparse for file in files))


def recipe_of(mapping: Mapping) -> str:
    """What makes standard values of rows, beside the rows: a row whose recipe changed is another row."""
    return f"{RULES_VERSION}{registers.recipe()}\n{mapping.text}"


def spool_batches(
    batches: Iterator[MappedBatch],
    mapping: Mapping,
    folder: Path,
    columns: tuple[str, ...] = (),
    is_sparse: bool = False,
) -> Spool:
    """Write mapped batches, in which no key occurs twice, into `folder`.

    is_sparse: a row has the columns that it needs, so that a few rows do not tell which the source has.
    """
    folder.mkdir(parents=True, exist_ok=True)
    profile = Profile(mapping)
    recipe = recipe_of(mapping)
    schema = mapped_schema(mapping.customs).append(_HASH)
    with ExitStack() as opened:
        records = opened.enter_context(pa.ipc.new_stream(folder / "records.arrow", schema, options=_OPTIONS))
        facts = opened.enter_context(pa.ipc.new_stream(folder / "facts.arrow", fact_schema(), options=_OPTIONS))
        gone = opened.enter_context(pa.ipc.new_stream(folder / f"{_GONE}.arrow", _ID, options=_OPTIONS))
        rejected = opened.enter_context((folder / "rejected.jsonl").open("wb"))
        for batch in batches:
            profile.add(batch)
            hashes = content_hashes(batch.records["payload"].to_pylist(), recipe)
            records.write_table(batch.records.append_column(_HASH, pa.array(hashes)))
            facts.write_table(batch.facts)
            if batch.gone:
                gone.write_table(pa.table([pa.array(batch.gone, pa.string())], schema=_ID))
            rejected.writelines(msgspec.json.encode(row) + b"\n" for row in batch.rejected)
    summary = Summary(
        rows=profile.rows,
        records=profile.records,
        rejected=profile.rejected.total(),
        repeated=profile.repeated,
        columns=() if is_sparse and profile.rows < SMALL else columns,
        quality=profile.quality(),
    )
    (folder / "summary.json").write_bytes(msgspec.json.encode(summary))
    return open_spool(folder)


def open_spool(folder: Path) -> Spool:
    """A spool that was written before, for a load that was held."""
    summary = msgspec.json.decode((folder / "summary.json").read_bytes(), type=Summary)
    keys = read_stream(folder / "records.arrow", _KEYS.names)
    return Spool(folder, pa.concat_tables([_KEYS.empty_table(), *keys]), summary)


def spool_keys(folder: Path, mapping: Mapping, gone: Sequence[Path], present: Sequence[Path]) -> Spool:
    """Add to a spool what a source says of records that are not among its rows: files with the columns of the key.

    gone: of records that were deleted. present: together they hold every record that there is; () says nothing.
    """
    kept = pa.concat_tables([_ID.empty_table(), *read_stream(folder / f"{_GONE}.arrow")])
    with pa.ipc.new_stream(folder / f"{_GONE}.arrow", _ID, options=_OPTIONS) as stream:
        stream.write_table(kept)
        for table in _keys_of(gone, mapping):
            stream.write_table(table)
    if present:
        with pa.ipc.new_stream(folder / f"{_PRESENT}.arrow", _ID, options=_OPTIONS) as stream:
            for table in _keys_of(present, mapping):
                stream.write_table(table)
    return open_spool(folder)


def _keys_of(paths: Sequence[Path], mapping: Mapping) -> Iterator[pa.Table]:
    keys_alone = Mapping(source=mapping.source, key=mapping.key)
    for path in paths:
        for raw in open_file(path, keys_alone).batches():
            yield pa.table([source_ids(raw.rows, mapping).drop_nulls().to_arrow().cast(pa.string())], schema=_ID)


@contextmanager
def written_stream(path: Path) -> Iterator[Callable[[pa.Table], None]]:
    """Write tables of one schema to a file of the spool; there is no file without tables."""
    path.unlink(missing_ok=True)
    with ExitStack() as opened:
        stream: pa.RecordBatchStreamWriter | None = None

        def write(table: pa.Table) -> None:
            nonlocal stream
            if stream is None:
                stream = opened.enter_context(pa.ipc.new_stream(path, table.schema, options=_OPTIONS))
            for batch in table.combine_chunks().to_batches():
                stream.write_batch(batch)

        yield write


def read_stream(path: Path, columns: Sequence[str] | None = None) -> Iterator[pa.Table]:
    """Tables that were written to a file of the spool, none when there is no file; with all columns, or with some."""
    if not path.exists():
        return
    with pa.ipc.open_stream(path) as stream:
        schema = stream.schema
    places = [schema.get_field_index(name) for name in columns or schema.names]
    with pa.ipc.open_stream(path, options=pa.ipc.IpcReadOptions(included_fields=places)) as stream:
        for batch in stream:
            yield pa.Table.from_batches([batch]).select(list(columns or schema.names))

"""`litso resolve`: files in, files out, without a store.

    read and map → standardize → resolve → party ids → golden records → write

Outputs appear all together at the end, so that a run that was killed leaves an earlier output whole.
"""

from __future__ import annotations

import json
import platform
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, NamedTuple

import duckdb
import numpy as np
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

from litso import __version__
from litso.domain.record import CUSTOM_PREFIX, NO_PARTY, standard_schema
from litso.engine.duckdb import Engine
from litso.errors import BadUsage, Misconfigured, SourceUnusable
from litso.resolve.identity import mint, succession
from litso.resolve.model import Model, from_json, shipped, to_json
from litso.sources.files import source_files
from litso.sources.mapping import Mapping, load_mapping
from litso.sources.quarantine import Rejected
from litso.sources.reading import open_files, read_files
from litso.usecases.assumed import assumed_standard
from litso.usecases.batch_output import quarantine_table, write_links, write_parties
from litso.usecases.memory import PeakMemory
from litso.usecases.resolution import Resolution, Stopwatch, resolve_standard
from litso.usecases.standardizing import standardized
from litso.usecases.workers import BYTES_OF_A_RECORD, Workers

Progress = Callable[[str, int, int], None]
"""Called with (stage, done, of)."""

_DEFAULT_MEMORY: Final = "4GB"
_SHARE_OF_DUCKDB: Final = 0.5
"""Of the limit; what is compared needs about as much beside it (0.5 GB a million records, measured)."""


@dataclass(frozen=True)
class BatchRequest:
    """What `litso resolve` was asked for. paths: files or folders; mappings: mapping files or folders of them."""

    mappings: Sequence[Path]
    paths: Sequence[Path]
    out: Path
    model: Path | None = None
    train: bool = False
    assume_standard: bool = False
    threshold: float | None = None
    memory_limit: str | None = None
    threads: int | None = None
    previous: Path | None = None


class Delivery(NamedTuple):
    """The files of one source."""

    mapping: Mapping
    paths: tuple[Path, ...]


@dataclass
class _Read:
    """What was read: records and rows in quarantine by source, and rejected rows themselves."""

    rejected: list[tuple[str, Rejected]] = field(default_factory=list)
    records: dict[str, int] = field(default_factory=dict)
    repeated: int = 0


def resolve_files(request: BatchRequest, progress: Progress = lambda stage, done, of: None) -> dict[str, Any]:
    """Resolve files into parties and write the output folder; gives the report that is in `report.json`."""
    deliveries = find_deliveries(request.mappings, request.paths)
    model = model_of(request, deliveries)
    watch = Stopwatch(on_stage=lambda stage: progress(stage, 0, 0))
    request.out.mkdir(parents=True, exist_ok=True)
    limit = request.memory_limit or _DEFAULT_MEMORY
    opened = Engine(memory_limit=limit, share=_SHARE_OF_DUCKDB, threads=request.threads)
    with PeakMemory() as peak, opened as engine:
        read = _read_all(engine, deliveries, model, request.assume_standard, progress, watch)
        resolution = resolve_standard(
            engine, "standard", model, threshold=request.threshold, train=request.train, stopwatch=watch
        )
        with watch.stage("party ids"):
            redirects = _name_parties(engine, request.previous)
        with tempfile.TemporaryDirectory(dir=request.out, prefix=".writing-") as folder:
            _write_all(engine, Path(folder), deliveries, resolution, read, redirects, watch, progress)
            report = _report(engine, request, resolution, read, watch, peak)
            (Path(folder) / "report.json").write_text(json.dumps(report, ensure_ascii=False, indent=2) + "\n", "utf-8")
            for file in sorted(Path(folder).iterdir()):
                file.replace(request.out / file.name)
    return report


# What is asked for --------------------------------------------------------------------------------------------------


def find_deliveries(mappings: Sequence[Path], paths: Sequence[Path]) -> list[Delivery]:
    """Which files belong to which mapping. Sources of facts alone have no parties and are left out."""
    known = [load_mapping(file) for path in mappings for file in _mapping_files(path)]
    names = [mapping.source for mapping in known]
    for name in names:
        if names.count(name) > 1:
            raise Misconfigured(f"two mappings are of the source «{name}»")
    if not known:
        raise BadUsage("give at least one mapping: --mapping FILE or a folder of them")
    found = {name: list[Path]() for name in names}
    for path in paths:
        for name, file in _files_of(path, known):
            found[name].append(file)
    wanted = [mapping for mapping in known if mapping.party != NO_PARTY]
    deliveries = [Delivery(mapping, tuple(dict.fromkeys(found[mapping.source]))) for mapping in wanted]
    deliveries = [delivery for delivery in deliveries if delivery.paths]
    if not deliveries:
        raise SourceUnusable("no file belongs to any mapping: name the files, or check `files` in the mappings")
    return deliveries


def _mapping_files(path: Path) -> list[Path]:
    if not path.is_dir():
        return [path]
    return sorted(file for file in path.iterdir() if file.suffix in (".yaml", ".yml"))


def _files_of(path: Path, mappings: Sequence[Mapping]) -> Iterator[tuple[str, Path]]:
    """(source, file) of a file or folder."""
    if path.is_dir():
        for mapping in mappings:
            yield from ((mapping.source, file) for file in source_files(path, mapping))
    elif not path.exists():
        raise SourceUnusable(f"{path}: there is no such file or folder")
    elif len(mappings) == 1:
        yield mappings[0].source, path
    else:
        yield from ((mapping.source, path) for mapping in _fitting(path, mappings))


def _fitting(path: Path, mappings: Sequence[Mapping]) -> list[Mapping]:
    """Mappings whose patterns fit the name of a file; a workbook may belong to several, by its sheets."""
    fitting = [mapping for mapping in mappings if any(path.match(pattern) for pattern in mapping.files)]
    if not fitting:
        raise BadUsage(f"{path}: no mapping has a pattern in `files` that fits this name")
    return fitting


def model_of(request: BatchRequest, deliveries: Sequence[Delivery]) -> Model:
    """The model that was named, or the shipped one of the locale, with the custom attributes of all mappings."""
    customs: dict[str, str] = {}
    for mapping, _ in deliveries:
        for custom in mapping.custom:
            if customs.setdefault(CUSTOM_PREFIX + custom.name, custom.compare) != custom.compare:
                raise Misconfigured(f"the custom attribute «{custom.name}» is compared differently in two mappings")
    if request.model is not None:
        return read_model(request.model).with_customs(customs)
    is_generic = all(mapping.locale == "generic" for mapping, _ in deliveries)
    return shipped("generic" if is_generic else "ru").with_customs(customs)


def read_model(path: Path) -> Model:
    """A model file that the user named."""
    try:
        return from_json(path.read_text(encoding="utf-8"), str(path))
    except OSError as error:
        raise Misconfigured(f"{path}: the model cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise Misconfigured(f"{path}: the model must be a UTF-8 text") from error


# Reading --------------------------------------------------------------------------------------------------------------


def _read_all(
    engine: Engine, deliveries: Sequence[Delivery], model: Model, is_standard: bool, progress: Progress,
    watch: Stopwatch,
) -> _Read:  # fmt: skip
    """Make the table `standard` of all records, and `priority` of the sources."""
    customs = tuple(name.removeprefix(CUSTOM_PREFIX) for name in model.customs)
    engine.append("standard", [standard_schema(customs).empty_table()])
    sources = [(delivery.mapping.source, delivery.mapping.priority) for delivery in deliveries]
    engine.append("priority", [pl.DataFrame(sources, schema=["source", "priority"], orient="row").to_arrow()])
    read = _Read()
    expected = sum(path.stat().st_size for delivery in deliveries for path in delivery.paths) // BYTES_OF_A_RECORD
    with watch.stage("standardize"), Workers(0 if is_standard else expected) as workers:
        mapped = ((None, table, delivery.mapping) for delivery in deliveries
                  for table in _mapped(delivery, read, progress))  # fmt: skip
        if is_standard:
            engine.append("standard", (assumed_standard(table) for _, table, _ in mapped))
        else:
            engine.append("standard", (standard for _, standard in standardized(workers, mapped)))
    return read


def _mapped(delivery: Delivery, read: _Read, progress: Progress) -> Iterator[pa.Table]:
    """Mapped records of the files of one source; rejected rows are set aside."""
    mapping, paths = delivery
    files = open_files(paths, mapping)
    size = sum(file.size for file in files)
    batches = read_files(files, mapping, lambda done: progress(f"reading {mapping.source}", done, size))
    for batch in batches:
        read.rejected += [(mapping.source, row) for row in batch.rejected]
        read.records[mapping.source] = read.records.get(mapping.source, 0) + batch.records.num_rows
        read.repeated += batch.repeated
        yield batch.records


# Party ids ------------------------------------------------------------------------------------------------------------


def _name_parties(engine: Engine, previous: Path | None) -> pa.Table:
    """Make the table `party(cluster, party_id)`; gives redirects (party_id, redirect_to) of earlier ids that ended."""
    clusters = engine.table("select distinct cluster from cluster order by cluster")["cluster"].to_numpy()
    old, shares = _former_shares(engine, previous)
    found = succession(np.searchsorted(clusters, shares[0]), shares[1], len(clusters), len(old))
    minted = iter(mint(int((found.kept < 0).sum())))
    ids = pa.array([old[place] if place >= 0 else next(minted) for place in found.kept.tolist()], pa.string())
    with engine.lent("named", pa.table({"cluster": clusters, "party_id": ids})):
        engine.run("create table party as from named")
    ended = np.flatnonzero(found.redirects >= 0)
    return pa.table({"party_id": pa.array([old[place] for place in ended.tolist()], pa.string()),
                     "redirect_to": ids.take(pa.array(found.redirects[ended]))})  # fmt: skip


def _former_shares(engine: Engine, previous: Path | None) -> tuple[list[str], tuple[Any, Any]]:
    """Earlier party ids in their order, and (cluster now, number of the earlier party) of each record that had one."""
    if previous is None:
        return [], (np.zeros(0, np.int64), np.zeros(0, np.int64))
    file = previous / "crosswalk.parquet"
    if not file.is_file():
        raise SourceUnusable(f"{previous}: there is no crosswalk.parquet, this is no output of `litso resolve`")
    engine.append("former", [pq.read_table(file, columns=["source", "source_id", "party_id"])])
    rows = engine.table("""
        select c.cluster, f.party_id
        from former f join record_node r using (source, source_id) join cluster c using (node)
    """)
    parties = rows["party_id"].combine_chunks().dictionary_encode()
    old = sorted(parties.dictionary.to_pylist())
    place = {party: number for number, party in enumerate(old)}
    numbers = np.array([place[party] for party in parties.dictionary.to_pylist()], dtype=np.int64)
    return old, (rows["cluster"].to_numpy(), numbers[parties.indices.to_numpy()])


# Writing --------------------------------------------------------------------------------------------------------------


def _write_all(
    engine: Engine, folder: Path, deliveries: Sequence[Delivery], resolution: Resolution, read: _Read,
    redirects: pa.Table, watch: Stopwatch, progress: Progress,
) -> None:  # fmt: skip
    with watch.stage("golden records"):
        write_parties(engine, folder, lambda done, of: progress("golden records", done, of))
    with watch.stage("write"):
        engine.write(
            "select r.source, r.source_id, p.party_id from record_node r join cluster using (node)"
            " join party p using (cluster) order by r.source, r.source_id",
            str(folder / "crosswalk.parquet"),
        )
        write_links(engine, folder / "links.parquet", resolution)
        pq.write_table(quarantine_table(read.rejected), folder / "quarantine.parquet")
        if redirects.num_rows:
            pq.write_table(redirects, folder / "redirects.parquet")
        (folder / "model.json").write_text(to_json(resolution.model) + "\n", "utf-8")


def _report(
    engine: Engine, request: BatchRequest, resolution: Resolution, read: _Read, watch: Stopwatch, peak: PeakMemory
) -> dict[str, Any]:
    nodes, parties, pairs = resolution.count()
    records = engine.rows("select count(*) from record_node")[0][0]
    hubs = [{"kind": kind.kind, **hub._asdict()} for kind in resolution.kinds for hub in kind.hubs]
    splits = [{"kind": kind.kind, **split._asdict()} for kind in resolution.kinds for split in kind.splits]
    return {
        "records": records,
        "nodes": nodes,
        "parties": parties,
        "pairs": pairs,
        "quarantined": len(read.rejected),
        "repeated": read.repeated,
        "sources": read.records,
        "hubs": hubs,
        "splits": splits,
        "seconds": {stage: round(seconds, 3) for stage, seconds in watch.seconds.items()},
        "peak_memory_mb": peak.so_far() >> 20,
        "threshold": resolution.threshold,
        "model": {"id": resolution.model.model_id, "locale": resolution.model.locale, "trained": request.train},
        "versions": {"litso": __version__, "python": platform.python_version(), "duckdb": duckdb.__version__},
    }

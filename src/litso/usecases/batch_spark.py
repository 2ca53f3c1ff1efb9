"""`litso resolve --engine spark`: the batch job with its work done by a cluster, the same files out.

Executors read and map the source files themselves, one file a task, so the files, the output folder and this machine's
view of both must be shared storage. Only counts, quarantine and the finished columns pass through this process.
"""

from __future__ import annotations

import json
import platform
import shutil
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Final, NamedTuple

import msgspec
import numpy as np
import polars as pl
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from litso import __version__
from litso.domain.record import mapped_schema, standard_schema
from litso.domain.territory import Territory
from litso.engine.spark import BATCH, Cluster, grouped, mapped, quoted
from litso.errors import SourceUnusable
from litso.resolve.identity import mint, succession
from litso.resolve.model import UNIT, to_json
from litso.sources.duplicates import losing_rows, without_losers
from litso.sources.files import open_file
from litso.sources.mapped import map_batch
from litso.sources.mapping import Mapping
from litso.sources.quarantine import Rejected
from litso.sources.reading import open_files
from litso.standardize.records import standardize
from litso.usecases import registers
from litso.usecases import spark_work as work
from litso.usecases.assumed import assumed_standard
from litso.usecases.batch import (
    BatchRequest,
    Delivery,
    Progress,
    find_deliveries,
    model_of,
)
from litso.usecases.batch_output import quarantine_table
from litso.usecases.memory import PeakMemory
from litso.usecases.resolution import Stopwatch
from litso.usecases.resolution_spark import BUCKET_ROWS, SparkResolution, resolve_on_spark


def resolve_files_on_spark(
    request: BatchRequest,
    remote: str,
    progress: Progress = lambda stage, done, of: None,
    *,
    bucket_rows: int = BUCKET_ROWS,
) -> dict[str, Any]:
    """Resolve files into parties on the cluster at `remote`; as `resolve_files`, and the same parties."""
    deliveries = find_deliveries(request.mappings, request.paths)
    model = model_of(request, deliveries)
    customs = work.custom_names(model)
    watch = Stopwatch(on_stage=lambda stage: progress(stage, 0, 0))
    request.out.mkdir(parents=True, exist_ok=True)
    with PeakMemory() as peak, Cluster(remote, request.out) as cluster:
        job = _Batch(cluster, deliveries, customs, bucket_rows)
        with watch.stage("read"):
            job.read()
        with watch.stage("standardize"):
            job.standardize(request.assume_standard)
        resolution = resolve_on_spark(
            cluster, model, threshold=request.threshold, train=request.train, bucket_rows=bucket_rows, stopwatch=watch
        )
        with watch.stage("party ids"):
            redirects = job.name_parties(request.previous)
        with watch.stage("golden records"):
            job.make_golden()
        folder = Path(tempfile.mkdtemp(dir=request.out, prefix=".writing-"))
        try:
            with watch.stage("write"):
                rejected = job.write(folder, resolution, redirects)
            report = _report(cluster, request, resolution, job, rejected, watch, peak)
            (folder / "report.json").write_text(json.dumps(report, ensure_ascii=False, indent=2) + "\n", "utf-8")
            for file in sorted(folder.iterdir()):
                file.replace(request.out / file.name)
        finally:
            shutil.rmtree(folder)
    return report


# On executors ---------------------------------------------------------------------------------------------------------


class _File(NamedTuple):
    """A file of a source, and its rows that a later one of the same key replaces (`losing_rows`)."""

    mapping: Mapping
    path: Path
    losers: pl.DataFrame


def _read_schema(customs: tuple[str, ...]) -> pa.Schema:
    """Mapped records; a row with `rejected` (JSON) or `repeated` is no record but an account of rows left out."""
    fields = [*mapped_schema(customs), pa.field("rejected", pa.binary()), pa.field("repeated", pa.int64())]
    return pa.schema([field.with_nullable(True) for field in fields])


def _read(numbers: pa.Table, files: Sequence[_File], customs: tuple[str, ...]) -> pa.Table:
    """Read and map the files with these numbers. The row as received stays in its file."""
    schema = _read_schema(customs)
    found = [schema.empty_table()]
    for number in numbers["file"].to_pylist():
        mapping, path, losers = files[number]
        for raw in open_file(path, mapping).batches():
            batch, repeated = without_losers(raw, losers, mapping)
            mapped_batch = map_batch(batch, mapping)
            found.append(_widened(mapped_batch.records.drop_columns(["payload"]), schema))
            found.append(_left_out(mapping.source, mapped_batch.rejected, repeated, schema))
    return pa.concat_tables(found)


def _left_out(source: str, rejected: Sequence[Rejected], repeated: int, schema: pa.Schema) -> pa.Table:
    rows: list[dict[str, Any]] = [{"source": source, "rejected": msgspec.json.encode(row)} for row in rejected]
    rows += [{"source": source, "repeated": repeated}] if repeated else []
    return pa.Table.from_pylist(rows, schema=schema)


def _widened(table: pa.Table, schema: pa.Schema) -> pa.Table:
    """The table with all columns of the schema, those that it lacks empty."""
    columns = [table[field.name] if field.name in table.column_names else pa.nulls(len(table), field.type)
               for field in schema]  # fmt: skip
    return pa.table(columns, names=schema.names).cast(schema)


class _Recipe(NamedTuple):
    """How the records of a source are standardized; locale None: they are standard already.

    registers: folders of the official registers in use, which executors must see too.
    """

    locale: str | None
    territory: Territory | None
    registers: tuple[Path, ...]


def _standardized(records: pa.Table, recipes: dict[str, _Recipe], customs: tuple[str, ...]) -> pa.Table:
    """Standard records with their fingerprints."""
    schema = standard_schema(customs)
    found = [schema.empty_table()]
    for source in pc.unique(records["source"]).to_pylist():
        mine = records.filter(pc.equal(records["source"], source))
        found.append(_widened(_one_standard(mine.cast(mapped_schema(customs)), recipes[source]), schema))
    return work.fingerprinted(pa.concat_tables(found))


def _one_standard(records: pa.Table, recipe: _Recipe) -> pa.Table:
    if recipe.locale is None:
        return assumed_standard(records)
    known = registers.opened(recipe.registers)
    return standardize(records, locale=recipe.locale, territory=recipe.territory, registers=known)


# On this machine ------------------------------------------------------------------------------------------------------

_LEFT_OUT: Final = "rejected is not null or repeated is not null"


@dataclass(frozen=True)
class _Batch:
    """The stages around resolution, over the tables of one cluster."""

    cluster: Cluster
    deliveries: Sequence[Delivery]
    customs: tuple[str, ...]
    bucket_rows: int

    def _standard(self) -> pa.Schema:
        return standard_schema(self.customs)

    def _buckets(self, rows: int) -> int:
        return rows // self.bucket_rows + 1

    def read(self) -> None:
        """Make `mapped` of all files, one task a file, and `priority` of the sources."""
        files = [file for delivery in self.deliveries for file in _files(delivery)]
        numbers = pa.table({"file": pa.array(range(len(files)), pa.int64())})
        frame = self.cluster.frame(numbers).repartition(len(files), "file")
        job = partial(_read, files=files, customs=self.customs)
        self.cluster.make("mapped", mapped(frame, job, _read_schema(self.customs), batch=1))
        sources = [(delivery.mapping.source, delivery.mapping.priority) for delivery in self.deliveries]
        names, priorities = zip(*sources, strict=True)
        table = pa.table([pa.array(names, pa.string()), pa.array(priorities, pa.int32())], ["source", "priority"])
        self.cluster.make("priority", self.cluster.frame(table))

    def standardize(self, is_standard: bool) -> None:
        """Make `standard`: standard records with their fingerprints."""
        folders = registers.folders_in_use()
        recipes = {
            mapping.source: _Recipe(None if is_standard else mapping.locale, mapping.territory, folders)
            for mapping, _ in self.deliveries
        }
        names = ", ".join(quoted(name) for name in mapped_schema(self.customs).names)
        records = self.cluster.sql(f"select {names} from mapped where not ({_LEFT_OUT})")
        spread = records.repartition(self.cluster.count("mapped") // BATCH + 1, "source", "source_id")
        job = partial(_standardized, recipes=recipes, customs=self.customs)
        self.cluster.make("standard", mapped(spread, job, work.fingerprinted_schema(self._standard())))

    def name_parties(self, previous: Path | None) -> pa.Table:
        """Make `member` (source, source_id, party_id, priority); gives redirects of earlier ids that ended."""
        cluster = self.cluster
        cluster.view("placed", cluster.sql("""
            select r.source, r.source_id, r.node, coalesce(c.cluster, r.node) as cluster
            from record_node r left join cluster c on c.node = r.node
        """))  # fmt: skip
        redirects = self._keep_former(previous)
        unnamed = cluster.sql("""
            select n.node as cluster from node n left join cluster c on c.node = n.node
            left anti join kept k on k.cluster = n.node where coalesce(c.cluster, n.node) = n.node
        """)
        cluster.make("minted", mapped(unnamed, work.minted, work.PARTIES))
        cluster.view("party", cluster.sql("select * from minted union all select * from kept"))
        cluster.make("member", cluster.sql("""
            select l.source, l.source_id, p.party_id, coalesce(y.priority, 0) as priority
            from placed l join party p on p.cluster = l.cluster left join priority y on y.source = l.source
        """))  # fmt: skip
        return redirects

    def _keep_former(self, previous: Path | None) -> pa.Table:
        """Make `kept` (cluster, party_id) of parties that go on.

        A cluster and a former party that share records with nobody else keep one another; only the others are decided
        in this process.
        """
        cluster = self.cluster
        none = pa.table({"party_id": pa.array([], pa.string()), "redirect_to": pa.array([], pa.string())})
        if previous is None:
            cluster.make("kept", cluster.frame(work.PARTIES.empty_table()))
            return none
        file = previous / "crosswalk.parquet"
        if not file.is_file():
            raise SourceUnusable(f"{previous}: there is no crosswalk.parquet, this is no output of `litso resolve`")
        cluster.view("former", cluster.parquet(file))
        cluster.make("overlap", cluster.sql("""
            select cluster, party_id, records,
                   count(*) over (partition by cluster) = 1 and count(*) over (partition by party_id) = 1 as is_alone
            from (select l.cluster, f.party_id, count(*) as records
                  from former f join placed l using (source, source_id) group by l.cluster, f.party_id)
        """))  # fmt: skip
        shares = cluster.table("select * from overlap where not is_alone")
        clusters, cluster_numbers = np.unique(shares["cluster"].to_numpy(), return_inverse=True)
        parties, party_numbers = np.unique(shares["party_id"].to_numpy(zero_copy_only=False), return_inverse=True)
        records = shares["records"].to_numpy()
        found = succession(
            np.repeat(cluster_numbers, records), np.repeat(party_numbers, records), len(clusters), len(parties)
        )
        fresh = iter(mint(int((found.kept < 0).sum())))
        ids = pa.array([parties[one] if one >= 0 else next(fresh) for one in found.kept.tolist()], pa.string())
        cluster.make("contested", cluster.frame(pa.table([pa.array(clusters, pa.int64()), ids], schema=work.PARTIES)))
        cluster.make("kept", cluster.sql("""
            select cluster, party_id from overlap where is_alone union all select * from contested
        """))  # fmt: skip
        ended = np.flatnonzero(found.redirects >= 0)
        return pa.table({"party_id": pa.array(parties[ended].tolist(), pa.string()),
                         "redirect_to": ids.take(pa.array(found.redirects[ended]))})  # fmt: skip

    def make_golden(self) -> None:
        """Make `golden` of all parties."""
        names = ", ".join(f"s.{quoted(name)}" for name in self._standard().names)
        members = self.cluster.sql(f"""
            select {names}, m.party_id, m.priority from member m
            join standard s on s.source = m.source and s.source_id = m.source_id
        """)
        bucket = f"pmod(xxhash64(party_id), {self._buckets(self.cluster.count('member'))})"
        self.cluster.make("golden", grouped(members, bucket, work.golden, work.golden_schema(self._standard())))

    def write(self, folder: Path, resolution: SparkResolution, redirects: pa.Table) -> list[tuple[str, Rejected]]:
        """Write all files but the report; gives the rows in quarantine."""
        cluster, standard = self.cluster, self._standard()
        cluster.make("crosswalk", cluster.sql("select source, source_id, party_id from member order by 1, 2"))
        self._make_links(resolution)
        for name, table, schema in (
            ("crosswalk", "crosswalk", work.CROSSWALK),
            ("standard", "standard", pa.schema([field.with_nullable(True) for field in standard])),
            ("links", "shown", work.SHOWN_LINKS),
            ("golden", "golden", work.golden(work.member_schema(standard).empty_table()).schema),
        ):
            _copy(cluster, table, folder / f"{name}.parquet", schema)
        rejected = [
            (row["source"], msgspec.json.decode(row["rejected"], type=Rejected))
            for row in cluster.rows("select source, rejected from mapped where rejected is not null")
        ]
        pq.write_table(quarantine_table(rejected), folder / "quarantine.parquet")
        if redirects.num_rows:
            pq.write_table(redirects, folder / "redirects.parquet")
        (folder / "model.json").write_text(to_json(resolution.model) + "\n", "utf-8")
        return rejected

    def _make_links(self, resolution: SparkResolution) -> None:
        """Make `shown`: pairs above the review weight, each side shown by the first record of its node."""
        cluster, model = self.cluster, resolution.model
        floor = round(min(model.review, resolution.threshold) * UNIT)
        chosen = cluster.sql(f"select * from scored where score >= {floor}")
        cluster.make("link", mapped(chosen, partial(work.links, model=model), work.LINKS))
        cluster.view("face", cluster.sql("""
            select node, min(struct(concat(source, chr(31), source_id) as place, source, source_id)) as first
            from record_node group by node
        """))  # fmt: skip
        cluster.make("shown", cluster.sql("""
            select a.first.source as left_source, a.first.source_id as left_id,
                   b.first.source as right_source, b.first.source_id as right_id, l.weight, l.base, l.evidence
            from link l join face a on a.node = l.node_a join face b on b.node = l.node_b order by 1, 2, 3, 4
        """))  # fmt: skip


def _files(delivery: Delivery) -> list[_File]:
    """The files of a source. Their keys are read here first: which rows are replaced is a matter of all files."""
    opened = open_files(delivery.paths, delivery.mapping)
    losers = losing_rows(opened, delivery.mapping)
    return [
        _File(delivery.mapping, path.absolute(), losers.filter(pl.col("file") == number))
        for number, path in enumerate(delivery.paths)
    ]


def _copy(cluster: Cluster, name: str, path: Path, schema: pa.Schema) -> None:
    """Write a table of the cluster as one Parquet file."""
    with pq.ParquetWriter(path, schema, compression="zstd") as writer:
        for table in cluster.batches(name):
            writer.write_table(table.select(schema.names).cast(schema))


def _report(
    cluster: Cluster, request: BatchRequest, resolution: SparkResolution, job: _Batch,
    rejected: Sequence[tuple[str, Rejected]], watch: Stopwatch, peak: PeakMemory,
) -> dict[str, Any]:  # fmt: skip
    counts = cluster.rows(f"""
        select source, count_if(not ({_LEFT_OUT})) as records, coalesce(sum(repeated), 0) as repeated
        from mapped group by source
    """)
    known = {row["source"]: row for row in counts}
    sources = {mapping.source: known[mapping.source]["records"] if mapping.source in known else 0
               for mapping, _ in job.deliveries}  # fmt: skip
    return {
        "records": cluster.count("member"),
        "nodes": resolution.nodes,
        "parties": cluster.count("golden"),
        "pairs": resolution.pairs,
        "quarantined": len(rejected),
        "repeated": sum(row["repeated"] for row in counts),
        "sources": sources,
        "hubs": [{"kind": kind, **hub._asdict()} for kind, hub in resolution.crowds.hubs],
        "splits": [{"kind": kind, **split._asdict()} for kind, split in resolution.crowds.splits],
        "seconds": {stage: round(seconds, 3) for stage, seconds in watch.seconds.items()},
        "peak_memory_mb": peak.so_far() >> 20,
        "threshold": resolution.threshold,
        "model": {"id": resolution.model.model_id, "locale": resolution.model.locale, "trained": request.train},
        "versions": {"litso": __version__, "python": platform.python_version(), "spark": cluster.version},
    }

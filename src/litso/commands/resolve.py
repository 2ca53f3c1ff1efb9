"""`litso resolve`: files in, parties out, without a store."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from litso.commands.console import OnProgress, print_json, stages
from litso.errors import BadUsage, Misconfigured
from litso.settings import load_settings
from litso.usecases import registers
from litso.usecases.batch import BatchRequest, resolve_files


def resolve(
    paths: Annotated[list[Path], typer.Argument(metavar="FILE|FOLDER...", help="Source files, or folders of them.")],
    mapping: Annotated[list[Path], typer.Option(help="A mapping file, or a folder of them; may be repeated.")],
    out: Annotated[Path, typer.Option(help="Folder for the output; made where it is missing.")],
    engine: Annotated[str, typer.Option(help="duckdb or spark.")] = "duckdb",
    model: Annotated[Path | None, typer.Option(help="Model file; by default the one shipped for the locale.")] = None,
    train: Annotated[
        bool, typer.Option("--train", help="Learn the weights from this input first, without labels.")
    ] = False,
    assume_standard: Annotated[
        bool, typer.Option("--assume-standard", help="The columns already hold standard values.")
    ] = False,
    threshold: Annotated[
        float | None, typer.Option(help="Weight in bits above which evidence speaks for one party; 0 by default.")
    ] = None,
    memory_limit: Annotated[
        str | None, typer.Option(help="Memory to use, 4GB by default: half for DuckDB, which spills beyond.")
    ] = None,
    threads: Annotated[int | None, typer.Option(help="Threads of the engine; all cores by default.")] = None,
    previous: Annotated[Path | None, typer.Option(help="An earlier output: party ids survive from it.")] = None,
    strict: Annotated[bool, typer.Option("--strict", help="Exit with 1 when rows went to quarantine.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print the report as one JSON document.")] = False,
) -> None:
    """Resolve the records of files into parties, each with a golden record.

    Writes crosswalk.parquet, golden.parquet, links.parquet, quarantine.parquet, standard.parquet, model.json and
    report.json. The result does not depend on the order of rows or files, on the number of threads, nor on the engine.

    Example: litso resolve --mapping town/mappings --out resolved town
    """
    if engine not in ("duckdb", "spark"):
        raise BadUsage(f"--engine {engine}: the engine is duckdb or spark")
    if threads is not None and threads < 1:
        raise BadUsage("--threads must be 1 or more")
    request = BatchRequest(
        mapping, paths, out, model, train, assume_standard, threshold, memory_limit, threads, previous
    )
    registers.use(load_settings().home)
    with stages(quiet=as_json) as progress:
        report = resolve_files(request, progress) if engine == "duckdb" else _on_spark(request, progress)
    print_json(report) if as_json else typer.echo(_in_words(report, out))
    if strict and report["quarantined"]:
        raise typer.Exit(1)


def _on_spark(request: BatchRequest, progress: OnProgress) -> dict[str, Any]:
    from litso.usecases.batch_spark import resolve_files_on_spark  # loads the client of Spark, which takes a second

    if request.memory_limit or request.threads:
        raise BadUsage("--memory-limit and --threads are of DuckDB: Spark takes what its executors were given")
    remote = load_settings().spark_remote
    if remote is None:
        raise Misconfigured("--engine spark: set LITSO_SPARK_REMOTE to a Spark Connect server, such as sc://host:15002")
    return resolve_files_on_spark(request, remote, progress)


def _in_words(report: dict[str, Any], out: Path) -> str:
    seconds = sum(report["seconds"].values())
    lines = [
        f"{out}: {report['records']:,} records are {report['parties']:,} parties",
        f"  {report['pairs']:,} pairs were compared, {report['quarantined']:,} rows went to quarantine",
        f"  {seconds:.1f} s, {report['peak_memory_mb']:,} MB at most",
    ]
    if report["splits"]:
        blocks = sum(split["blocks"] for split in report["splits"])
        lines.append(
            f"  {blocks:,} values that too many records share were split by the next field (report.json: splits)"
        )
    hubs = [f"  {hub['rule']}: {hub['blocks']:,} values shared by up to {hub['largest']:,} records link no longer"
            for hub in report["hubs"]]  # fmt: skip
    return "\n".join([*lines, *hubs])

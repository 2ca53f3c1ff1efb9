"""`litso load`: files of a source into the store, resolved and published."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from litso.bootstrap import open_store
from litso.commands.console import print_json, stages
from litso.errors import BadUsage
from litso.settings import load_settings
from litso.usecases.loading import DELTA, FULL, Outcome, Request, approve_load, load_files, reject_load
from litso.usecases.memory import PeakMemory


def load(
    source: Annotated[str, typer.Argument(help="Name of the registered source.")],
    files: Annotated[list[Path], typer.Argument(metavar="FILE...", help="One file, or all files of one delivery.")],
    full: Annotated[
        bool, typer.Option("--full", help="The files hold all records: those that are missing were deleted.")
    ] = False,
    delta: Annotated[bool, typer.Option("--delta", help="The files hold changes only (the default).")] = False,
    strict: Annotated[bool, typer.Option(help="Exit with 1 when rows went to quarantine.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
) -> None:
    """Load files of a source: standardize, resolve, publish. The same file again changes nothing.

    A load that looks unusual is held for a human: `litso load-approve ID` or `litso load-reject ID`.

    Example: litso load billing billing.csv --full
    """
    if full and delta:
        raise BadUsage("a load is either --full or --delta")
    settings = load_settings()
    request = Request(source, tuple(files), FULL if full else DELTA)
    with PeakMemory() as peak, open_store(settings) as store, stages(quiet=as_json) as progress:
        (outcome,) = load_files(store, settings, [request], progress=progress)
    print_json(as_document(outcome, peak.so_far())) if as_json else typer.echo(report(outcome))
    if strict and outcome.counts.quarantined:
        raise typer.Exit(1)


def approve(
    load_id: Annotated[int, typer.Argument(metavar="ID", help="Number of the held load.")],
    by: Annotated[str, typer.Option(help="Who decided.")] = "cli",
) -> None:
    """Publish a held load after all.

    Example: litso load-approve 12
    """
    settings = load_settings()
    with open_store(settings) as store:
        typer.echo(report(approve_load(store, settings, load_id, approved_by=by)))


def reject(
    load_id: Annotated[int, typer.Argument(metavar="ID", help="Number of the held load.")],
    by: Annotated[str, typer.Option(help="Who decided.")] = "cli",
) -> None:
    """Refuse a held load: nothing of it is published.

    Example: litso load-reject 12
    """
    settings = load_settings()
    with open_store(settings) as store:
        reject_load(store, settings, load_id, by)
    typer.echo(f"load {load_id} is rejected")


def as_document(outcome: Outcome, peak_memory: int) -> dict[str, Any]:
    """An outcome as --json prints it. peak_memory: bytes."""
    return {
        "load": outcome.load_id,
        "source": outcome.source,
        "status": outcome.status,
        **outcome.counts._asdict(),
        "gates": [gate._asdict() for gate in outcome.gates],
        "parties": outcome.touched._asdict(),
        "seconds": {stage: round(seconds, 3) for stage, seconds in outcome.seconds.items()},
        "peak_memory_mb": peak_memory >> 20,
    }


def report(outcome: Outcome) -> str:
    """An outcome in words."""
    if outcome.status == "repeated":
        return f"{outcome.source}: the same file as load {outcome.load_id}, nothing changed"
    if outcome.status == "held":
        why = "\n".join(f"  {gate.message}" for gate in outcome.gates)
        decide = f"  litso load-approve {outcome.load_id}   or   litso load-reject {outcome.load_id}"
        return f"{outcome.source}: load {outcome.load_id} is held for a decision\n{why}\n{decide}"
    counts, touched = outcome.counts, outcome.touched
    return (
        f"{outcome.source}: load {outcome.load_id}, {counts.rows_in} rows: {counts.inserted} new, "
        f"{counts.changed} changed, {counts.unchanged} unchanged, {counts.deleted} deleted, "
        f"{counts.quarantined} in quarantine\n"
        f"parties: {touched.created} new, {touched.changed} changed, {touched.merged} merged, {touched.split} split"
    )

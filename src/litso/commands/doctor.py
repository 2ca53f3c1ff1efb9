"""`litso doctor`: check the installation, the store and the invariants."""

from __future__ import annotations

import json
import platform
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from litso import __version__
from litso.bootstrap import open_store
from litso.commands.reference import age_in_words
from litso.commands.reference import summary as reference_summary
from litso.errors import BrokenInvariant
from litso.settings import Settings, load_settings
from litso.store import reader
from litso.store.audit_blocks import tail
from litso.store.invariants import Finding, check_invariants
from litso.store.migrate import store_version
from litso.usecases.access import ADMINISTRATOR, Actor
from litso.usecases.quality import Overview, read_overview
from litso.usecases.reference import Listed, list_reference
from litso.usecases.renewal import behind


def doctor(as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False) -> None:
    """Check the installation, the store, reference data, the quality of records and the invariants.

    Exit status 3 when an invariant is broken; alarms of quality and sources that are late are only told.

    Example: litso doctor
    """
    settings = load_settings()
    with open_store(settings) as store, store.transaction() as connection:
        facts = {**_installation(settings), "postgresql": _server_version(connection.info.server_version)}
        facts["store_version"] = str(store_version(connection))
        findings = check_invariants(connection)
        unsealed = tail(connection)
        listed = list_reference(connection, settings.home)
        judged = read_overview(connection, Actor("cli", ADMINISTRATOR))
        late = behind(connection)
        unguarded = reader.problem(connection)
    if as_json:
        found = {
            "reference": reference_summary(listed),
            "behind": late,
            "unsealed": unsealed.rows,
            "access": unguarded,
            "invariants": [finding._asdict() for finding in findings],
        }
        typer.echo(json.dumps({**facts, **found, "quality": _warnings(judged)}))
    else:
        _print(facts, findings, listed, [*_warnings(judged), *_lateness(late)], unsealed.rows, unguarded)
    broken = [finding for finding in findings if finding.violations]
    if broken:
        raise BrokenInvariant("broken: " + ", ".join(f"{one.invariant} ({one.violations})" for one in broken))


def _installation(settings: Settings) -> dict[str, str]:
    return {
        "litso": __version__,
        "python": platform.python_version(),
        "home": str(settings.home),
        "database": "embedded" if settings.database_url is None else "LITSO_DATABASE_URL",
    }


def _server_version(number: int) -> str:
    return f"{number // 10000}.{number % 10000}"


def _warnings(judged: Overview) -> list[str]:
    """What is wrong with records and their sources, in words."""
    return [*(alarm.reason for alarm in judged.alarms), *(one.reason for one in judged.late)]


def _lateness(late: dict[str, int]) -> list[str]:
    """Records of which sources are older than an edition of reference data, in words."""
    sources = ", ".join(f"{source} {count:,}" for source, count in late.items())
    told = f"records are older than an edition of reference data: {sources}; run litso reference apply"
    return [told] if late else []


def _print(
    facts: dict[str, str],
    findings: list[Finding],
    listed: list[Listed],
    warnings: list[str],
    unsealed: int,
    unguarded: str | None,
) -> None:
    table = Table(show_header=False, box=None)
    for name, value in facts.items():
        table.add_row(name.replace("_", " "), value)
    for one in listed:
        told = "[dim]not loaded[/dim]" if one.version is None else f"edition {one.version}, {age_in_words(one)}"
        table.add_row(f"{one.kind} {one.part}".strip(), told)
    for warning in warnings:
        table.add_row("quality", f"[yellow]{escape(warning)}[/yellow]")
    if unsealed:
        table.add_row("audit", f"{unsealed:,} rows are not sealed yet: the worker seals every second")
    if unguarded:
        table.add_row("access", f"[red]{escape(unguarded)}[/red]")
    for finding in findings:
        state = "[green]holds[/green]" if finding.violations == 0 else f"[red]{finding.violations} violations[/red]"
        table.add_row(finding.invariant, f"{state}  {finding.meaning}")
    Console().print(table)

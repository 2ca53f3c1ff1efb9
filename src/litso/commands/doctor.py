"""`litso doctor`: check the installation, the store and the invariants."""

from __future__ import annotations

import json
import platform
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from litso import __version__
from litso.bootstrap import open_store
from litso.errors import BrokenInvariant
from litso.settings import Settings, load_settings
from litso.store.invariants import Finding, check_invariants
from litso.store.migrate import store_version


def doctor(as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False) -> None:
    """Check the installation, the store and the invariants. Exit status 3 when an invariant is broken.

    Example: litso doctor
    """
    settings = load_settings()
    with open_store(settings) as store, store.transaction() as connection:
        facts = {**_installation(settings), "postgresql": _server_version(connection.info.server_version)}
        facts["store_version"] = str(store_version(connection))
        findings = check_invariants(connection)
    if as_json:
        typer.echo(json.dumps({**facts, "invariants": [finding._asdict() for finding in findings]}))
    else:
        _print(facts, findings)
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


def _print(facts: dict[str, str], findings: list[Finding]) -> None:
    table = Table(show_header=False, box=None)
    for name, value in facts.items():
        table.add_row(name.replace("_", " "), value)
    for finding in findings:
        state = "[green]holds[/green]" if finding.violations == 0 else f"[red]{finding.violations} violations[/red]"
        table.add_row(finding.invariant, f"{state}  {finding.meaning}")
    Console().print(table)

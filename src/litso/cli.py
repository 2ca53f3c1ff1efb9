"""The `litso` program: puts the commands together.

A command line needs one command only, and importing all of them takes seconds: so only that one is imported.
"""

from __future__ import annotations

import signal
import sys
from collections.abc import Sequence
from importlib import import_module
from typing import Any, Final

import typer

from litso import __version__
from litso.errors import BadUsage, LitsoError, Misconfigured

COMMANDS: Final = {
    "demo": "demo:app",
    "source": "source:app",
    "load": "load:load",
    "load-approve": "load:approve",
    "load-reject": "load:reject",
    "reference": "reference:app",
    "doctor": "doctor:doctor",
    "init": "init:init",
    "backup": "backup:backup",
    "restore": "backup:restore",
    "openapi": "openapi:openapi",
    "resolve": "resolve:resolve",
    "evaluate": "evaluate:evaluate",
    "explain": "explain:explain",
    "graph": "graph:app",
    "tuning": "tuning:app",
    "policy": "policy:app",
    "pin": "pin:app",
    "party": "party:app",
    "judge": "judge:app",
    "consent": "consent:app",
    "case": "case:app",
    "contacts": "contacts:app",
    "quality": "quality:quality",
    "export": "export:app",
    "check": "check:app",
    "enrich": "enrich:app",
    "serve": "serve:serve",
    "worker": "worker:worker",
    "job": "job:app",
    "consumer": "consumer:app",
    "writeback": "writeback:app",
    "token": "token:app",
    "audit": "audit:app",
    "mcp": "mcp:mcp",
    "standardize": "standardize:standardize",
}
"""Every command: its module in `litso.commands`, and its function or group there."""


def program(arguments: Sequence[str] | None = None) -> typer.Typer:
    """The program with all commands, or with only what a command line needs."""
    first = arguments[0] if arguments else ""
    wanted = [] if first == "--version" else [first] if first in COMMANDS else list(COMMANDS)
    found = typer.Typer(
        name="litso",
        help="Litso: every record of a subscriber, one explained golden record.",
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
    )
    found.callback()(options)
    for name in wanted:
        module, attribute = COMMANDS[name].split(":")
        command = getattr(import_module(f"litso.commands.{module}"), attribute)
        if isinstance(command, typer.Typer):
            found.add_typer(command, name=name)
        else:
            found.command(name)(command)
    return found


def __getattr__(name: str) -> Any:
    """`app`: the whole program, for those who look at its commands."""
    if name == "app":
        return program()
    raise AttributeError(name)


def _version(value: bool) -> None:
    if value:
        typer.echo(f"litso {__version__}")
        raise typer.Exit


def options(
    version: bool = typer.Option(False, "--version", callback=_version, is_eager=True, help="Print the version."),
) -> None:
    """Options of the whole program."""


def main() -> None:
    """Run the program: a LitsoError becomes one sentence on stderr and the exit status of CONTRACTS section 2."""
    signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(128 + number))  # so that what is open gets closed
    try:
        program(sys.argv[1:])()
    except LitsoError as error:
        typer.echo(f"litso: {error}", err=True)
        sys.exit(2 if isinstance(error, (Misconfigured, BadUsage)) else 3)

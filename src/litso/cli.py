"""The `litso` program: puts the commands together."""

from __future__ import annotations

import signal
import sys

import typer

from litso import __version__
from litso.commands import (
    demo,
    doctor,
    evaluate,
    explain,
    init,
    load,
    openapi,
    resolve,
    serve,
    source,
    standardize,
    token,
)
from litso.errors import BadUsage, LitsoError, Misconfigured

app = typer.Typer(
    name="litso",
    help="Litso: every record of a subscriber, one explained golden record.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)

app.add_typer(demo.app, name="demo")
app.add_typer(source.app, name="source")
app.command()(load.load)
app.command("load-approve")(load.approve)
app.command("load-reject")(load.reject)
app.command()(doctor.doctor)
app.command()(init.init)
app.command()(openapi.openapi)
app.command()(resolve.resolve)
app.command()(evaluate.evaluate)
app.command()(explain.explain)
app.command()(serve.serve)
app.add_typer(token.app, name="token")
app.command()(standardize.standardize)


def _version(value: bool) -> None:
    if value:
        typer.echo(f"litso {__version__}")
        raise typer.Exit


@app.callback()
def options(
    version: bool = typer.Option(False, "--version", callback=_version, is_eager=True, help="Print the version."),
) -> None:
    """Options of the whole program."""


def main() -> None:
    """Run the program: a LitsoError becomes one sentence on stderr and the exit status of CONTRACTS section 2."""
    signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(128 + number))  # so that what is open gets closed
    try:
        app()
    except LitsoError as error:
        typer.echo(f"litso: {error}", err=True)
        sys.exit(2 if isinstance(error, (Misconfigured, BadUsage)) else 3)

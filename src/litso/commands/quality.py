"""`litso quality`: how good the records of each source are, and what became worse."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, Any, Final

import typer
from rich.console import Console
from rich.table import Table

from litso.bootstrap import open_store
from litso.commands.console import print_json
from litso.domain.quality import DIMENSIONS, Figure
from litso.settings import load_settings
from litso.usecases import quality as judged
from litso.usecases.access import ADMINISTRATOR, Actor
from litso.usecases.quality import Overview

_ACTOR: Final = Actor("cli", ADMINISTRATOR)


def quality(
    source: Annotated[str | None, typer.Argument(help="One source; all without it.")] = None,
    attribute: Annotated[str | None, typer.Option(help="One attribute: name, phone, address… or record.")] = None,
    measure: Annotated[bool, typer.Option("--measure", help="Measure now; loads do it by themselves.")] = False,
    dimension: Annotated[str | None, typer.Option(help="One of: " + ", ".join(DIMENSIONS) + ".")] = None,
    other: Annotated[str, typer.Option(help="The other source, of consistency with it.")] = "",
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
) -> None:
    """Print the quality of records by source, attribute and dimension, and what dropped.

    Keys of records that are not good are an export: litso export ask failing.

    Example: litso quality crm --attribute phone --json
    """
    with open_store(load_settings()) as store:
        if measure:
            judged.measure_now(store, _ACTOR)
        with store.transaction() as connection:
            found = judged.read_overview(connection, _ACTOR, source)
    figures = [
        one
        for one in found.figures
        if attribute in (None, one.attribute) and dimension in (None, one.dimension) and other in ("", one.other)
    ]
    print_json(_document(found, figures)) if as_json else _print(found, figures)


def _document(found: Overview, figures: Iterable[Figure]) -> dict[str, Any]:
    return {
        "measured_at": found.measured_at,
        "figures": [{**one._asdict(), "share": one.share} for one in figures],
        "alarms": [
            {"source": one.figure.source, "attribute": one.figure.attribute, "dimension": one.figure.dimension,
             "usual": one.usual, "missing": one.missing, "reason": one.reason}
            for one in found.alarms
        ],
        "late": [{"source": one.source, "last": one.last, "reason": one.reason} for one in found.late],
    }  # fmt: skip


def _print(found: Overview, figures: Iterable[Figure]) -> None:
    if found.measured_at is None:
        typer.echo("quality has not been measured yet: load something, or say --measure")
        return
    table = Table("source", "attribute", *DIMENSIONS, box=None)
    shares = {(one.source, one.attribute, one.dimension): _share(one) for one in figures if not one.other}
    for source, attribute in dict.fromkeys((key[0], key[1]) for key in shares):
        table.add_row(source, attribute, *(shares.get((source, attribute, name), "") for name in DIMENSIONS))
    Console().print(table)
    for reason in (*(one.reason for one in found.alarms), *(one.reason for one in found.late)):
        typer.echo(reason)


def _share(figure: Figure) -> str:
    return "—" if figure.share is None else f"{100 * figure.share:.1f} %"

"""`litso export`: lists that leave as a file; large ones and open ones wait for a second person."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Final

import typer

from litso.bootstrap import open_store
from litso.commands.console import print_json
from litso.errors import BadUsage
from litso.settings import Settings, load_settings
from litso.store.database import Store
from litso.store.exports import READY, WAITING, Export
from litso.usecases import exporting
from litso.usecases.access import ADMINISTRATOR, PURPOSES, Actor
from litso.usecases.export_rows import KINDS, REVEALED
from litso.usecases.exporting import CSV, FORMATS, Wish

app = typer.Typer(help="Take lists out as files: parties, debtors, keys of poor records.", no_args_is_help=True)

Json = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]
Id = Annotated[int, typer.Argument(metavar="ID", help="Number of the export.")]

_ACTOR: Final = Actor("cli", ADMINISTRATOR)


@app.command()
def ask(
    kind: Annotated[str, typer.Argument(help=" | ".join(KINDS))],
    purpose: Annotated[str, typer.Option(help="Why: " + ", ".join(PURPOSES) + ".")],
    reason: Annotated[str, typer.Option(help="In words, for the second person.")] = "",
    query: Annotated[str, typer.Option(help="Parties that a search finds.")] = "",
    party: Annotated[str, typer.Option(help="Parties: person or organization.")] = "",
    territory: Annotated[str, typer.Option(help="Parties of a region, or of a city: «region/city».")] = "",
    brand: Annotated[str, typer.Option(help="Parties that are customers of a legal entity.")] = "",
    source: Annotated[str, typer.Option(help="Parties with a record of a source; the source of poor records.")] = "",
    lacks: Annotated[str, typer.Option(help="Debtors who lack this.")] = "",
    min_debt: Annotated[str, typer.Option(help="Debtors: smallest debt in roubles.")] = "",
    attribute: Annotated[str, typer.Option(help="Poor records: of which attribute.")] = "",
    dimension: Annotated[str, typer.Option(help="Poor records: in which dimension of quality.")] = "",
    other: Annotated[str, typer.Option(help="Poor records: the other source, of consistency with it.")] = "",
    column: Annotated[list[str] | None, typer.Option(help="Only this column; repeat. All without it.")] = None,
    reveal: Annotated[
        list[str] | None, typer.Option(help="Fields as they are, not masked; repeat: " + ", ".join(REVEALED) + ".")
    ] = None,
    form: Annotated[str, typer.Option("--format", help="The file: " + ", ".join(FORMATS) + ".")] = CSV,
    out: Annotated[Path | None, typer.Option(metavar="FILE", help="Write the file here if it is made at once.")] = None,
    as_json: Json = False,
) -> None:
    """Ask for an export. A small, masked one is made at once; another waits for a second person on a screen.

    Example: litso export ask debtors --lacks identifier --purpose request --out debtors.csv
    """
    wanted = {
        "query": query, "kind": party, "territory": territory, "brand": brand, "source": source, "lacks": lacks,
        "least": min_debt, "attribute": attribute, "dimension": dimension, "other": other,
    }  # fmt: skip
    wish = Wish(kind, wanted, tuple(column or ()), tuple(reveal or ()), form, purpose, reason)
    settings = load_settings()
    with open_store(settings) as store:
        found = exporting.ask(store, settings, _ACTOR, wish)
        if out is not None and found.status == READY:
            _write(store, settings, found.export_id, out)
    if as_json:
        print_json(_shown(found))
    elif found.status == WAITING:
        typer.echo(
            f"export {found.export_id}: {found.counted:,} rows wait for a second person on the screen «Выгрузки»"
        )
    else:
        typer.echo(f"export {found.export_id}: {found.rows:,} rows" + (f" in {out}" if out else ""))


@app.command("list")
def list_exports(as_json: Json = False) -> None:
    """List exports, the latest first."""
    with open_store(load_settings()) as store:
        found = exporting.list_exports(store, _ACTOR)
    if as_json:
        print_json([_shown(one) for one in found])
        return
    for one in found:
        typer.echo(
            f"{one.export_id}\t{one.kind}\t{one.status}\t{one.counted} rows\t{one.asked_by}\t{one.purpose}"
            f"\t{one.decided_by or '—'}\t{one.reason}"
        )


@app.command()
def fetch(export_id: Id, out: Annotated[Path, typer.Argument(metavar="FILE", help="Where to write the file.")]) -> None:
    """Write the file of an export that was asked for here and is ready.

    Example: litso export fetch 12 parties.xlsx
    """
    settings = load_settings()
    with open_store(settings) as store:
        _write(store, settings, export_id, out)
    typer.echo(str(out))


@app.command()
def withdraw(export_id: Id) -> None:
    """Take back what was asked for here: the file is gone at once."""
    with open_store(load_settings()) as store:
        found = exporting.withdraw(store, _ACTOR, export_id)
    typer.echo(f"export {found.export_id} is {found.status}")


def _write(store: Store, settings: Settings, export_id: int, out: Path) -> None:
    try:
        with out.open("wb") as file:
            for piece in exporting.download(store, settings, _ACTOR, export_id).pieces:
                file.write(piece)
    except OSError as error:
        raise BadUsage(f"{out}: cannot be written: {error.strerror}") from error


def _shown(found: Export) -> dict[str, object]:
    return found._asdict()

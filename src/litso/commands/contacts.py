"""`litso contacts`: which phone and e-mail reaches each party now, and learning it from outcomes."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Final

import polars as pl
import typer

from litso.bootstrap import open_store
from litso.commands.console import print_json
from litso.errors import BadUsage
from litso.settings import load_settings
from litso.usecases.access import ADMINISTRATOR, Actor
from litso.usecases.reachability import learn_habits, reach_all

app = typer.Typer(help="Rank contacts by whether they reach the party now.", no_args_is_help=True)

Json = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]

_ACTOR: Final = Actor("cli", ADMINISTRATOR)
_SCHEMA: Final = {
    "party_id": pl.String, "kind": pl.String, "rank": pl.Int32, "value": pl.String, "is_best": pl.Boolean,
    "chance": pl.Float64, "withheld": pl.String, "preferred_channel": pl.String,
}  # fmt: skip


@app.command()
def learn(as_json: Json = False) -> None:
    """Learn from the outcomes of calls and deliveries how likely alike contacts reach their party.

    Example: litso contacts learn
    """
    with open_store(load_settings()) as store, store.transaction() as connection:
        taught = learn_habits(connection, _ACTOR)
    if as_json:
        print_json(dict(taught.cells))
        return
    for cell, (reached, tries) in taught.cells.items():
        typer.echo(f"{cell}\t{reached} of {tries}\t{reached / tries:.3f}")


@app.command()
def rank(
    out: Annotated[Path, typer.Option(help="A Parquet file, one row a contact.")],
    as_of: Annotated[
        datetime | None, typer.Option(help="The moment to which ages are counted; now without it.")
    ] = None,
) -> None:
    """Write the contacts of all parties, best first, with the preferred channel of each party.

    Example: litso contacts rank --out contacts.parquet
    """
    now = datetime.now(UTC) if as_of is None else as_of.replace(tzinfo=UTC)
    with open_store(load_settings()) as store, store.transaction() as connection:
        rows = [
            (party, one.kind, one.rank, one.value, one.is_best, one.chance, one.withheld,
             found.channels[0].name if found.channels else None)
            for party, found in reach_all(connection, now)
            for one in found.contacts
        ]  # fmt: skip
    try:
        pl.DataFrame(rows, schema=_SCHEMA, orient="row").write_parquet(out)
    except OSError as error:
        raise BadUsage(f"{out}: cannot be written: {error.strerror}") from error
    typer.echo(f"{len(rows)} contacts")

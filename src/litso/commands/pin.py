"""`litso pin`: values that stewards fixed; those whose end has come are released."""

from __future__ import annotations

from typing import Annotated, Final

import typer

from litso.bootstrap import open_store
from litso.commands.console import print_json
from litso.settings import load_settings
from litso.usecases.access import ADMINISTRATOR, Actor
from litso.usecases.pinning import read_pins, release_ended

app = typer.Typer(help="See values that stewards fixed, and release those that ended.", no_args_is_help=True)

Json = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]

_ACTOR: Final = Actor("cli", ADMINISTRATOR)


@app.command("list")
def list_pins(as_json: Json = False) -> None:
    """List active pins, those that newer records contradict first; contacts and documents are masked."""
    with open_store(load_settings()) as store, store.transaction() as connection:
        found = read_pins(connection, _ACTOR)
    if as_json:
        doubts = [[doubt._asdict() for doubt in one.doubts] for one in found]
        print_json([{**one.pin._asdict(), "doubts": said} for one, said in zip(found, doubts, strict=True)])
        return
    for one in found:
        doubt = f"\t! {one.doubts[0].source}: {one.doubts[0].value}" if one.doubts else ""
        pin = one.pin
        typer.echo(f"{pin.pin_id}\t{pin.party_id}\t{pin.attribute}\t{pin.value}\t{pin.author}\t{pin.reason}{doubt}")


@app.command()
def release() -> None:
    """Release pins whose end has come. Loads do it too.

    Example: litso pin release
    """
    with open_store(load_settings()) as store:
        typer.echo(f"released: {release_ended(store)}")

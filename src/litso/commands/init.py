"""`litso init`: create or migrate the store, and let the first person in."""

from __future__ import annotations

import json
from typing import Annotated

import typer

from litso.bootstrap import set_up_store
from litso.settings import load_settings


def init(
    new_token: Annotated[
        bool, typer.Option("--new-token", help="Print a new administrator token even though users exist.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
) -> None:
    """Create or migrate the store; print the one-time administrator token.

    Example: litso init
    """
    done = set_up_store(load_settings(), new_token=new_token)
    if as_json:
        typer.echo(json.dumps({"applied": done.applied, "version": done.version, "token": done.token}))
        return
    typer.echo(f"The store is at version {done.version}" + (", brought up to date." if done.applied else "."))
    if done.token is None:
        typer.echo("Users exist; `litso init --new-token` prints a token for another administrator.")
    else:
        typer.echo(f"One-time administrator token, valid for a day: {done.token}")

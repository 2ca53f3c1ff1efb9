"""`litso backup` and `litso restore`: a copy of the installation in a folder, and an installation made of it."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Annotated

import typer

from litso.bootstrap import open_store, restore_store
from litso.commands.console import print_json, stages
from litso.settings import load_settings
from litso.usecases.backup import Manifest, back_up

Folder = Annotated[Path, typer.Argument(metavar="DIR", help="Folder of the copy.")]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]


def backup(folder: Folder, as_json: Json = False) -> None:
    """Copy the installation to a new folder while it works: records, judgements, parties, users, reference data.

    The key that seals secrets is not in the copy; keep it elsewhere. The copy holds personal data: encrypt it.

    Example: litso backup /backups/2026-11-22
    """
    begun = time.monotonic()
    settings = load_settings()
    with open_store(settings) as store, stages(quiet=as_json) as progress:
        done = back_up(store, settings, folder.absolute(), progress)
    _tell(done, time.monotonic() - begun, as_json)


def restore(
    folder: Folder,
    replace: Annotated[bool, typer.Option("--replace", help="Take the place of a store that is in use.")] = False,
    without_keys: Annotated[
        bool, typer.Option("--without-keys", help="Though the key of the copy is not here: its secrets are lost.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Make the store what a copy says, check it, and drop the former one. Stop server and workers first.

    Example: litso restore /backups/2026-11-22
    """
    begun = time.monotonic()
    with stages(quiet=as_json) as progress:
        done = restore_store(load_settings(), folder.absolute(), progress, replace=replace, without_keys=without_keys)
    _tell(done, time.monotonic() - begun, as_json)


def _tell(done: Manifest, seconds: float, as_json: bool) -> None:
    counts = {"records": done.records, "parties": done.parties, "judgements": done.judgements}
    if as_json:
        told = {"litso": done.litso, "taken_at": done.taken_at, "last_change": done.last_change, **counts}
        print_json({**told, "bytes": done.size, "seconds": round(seconds, 1)})
        return
    typer.echo(f"{done.records:,} records, {done.parties:,} parties, up to event {done.last_change}: "
               f"{done.size / (1 << 20):,.1f} MiB, {seconds:.1f} s")  # fmt: skip

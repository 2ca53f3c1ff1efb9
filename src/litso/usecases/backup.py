"""A copy of an installation in a folder, and an installation made of it.

    backup.json    what it is: versions, the last event, counts, names of keys, and the digest of each file
    store/         the schema of PostgreSQL as one moment saw it
    reference/     editions of official registers

The folder appears whole or not at all. Keys (LITSO_SECRET_KEY_FILE) are not in it: who has the copy alone can open no
secret, and they are kept elsewhere. A restore puts the present store aside and drops it only when the new one is whole
and the invariants hold; no id of an event is given twice.
"""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import msgspec

from litso import __version__
from litso.errors import BadUsage, BrokenInvariant, Conflict, Misconfigured, SourceUnusable
from litso.settings import Settings
from litso.store import backup, loads, sealing
from litso.store.database import Connection, Store, connect, translated
from litso.store.invariants import check_invariants
from litso.store.migrate import migrate, migrations

MANIFEST: Final = "backup.json"
FORMAT: Final = 1

_STORE: Final = "store"
_REFERENCE: Final = "reference"
_BLOCK: Final = 1 << 20

Progress = Callable[[str, int, int], None]


class File(msgspec.Struct, frozen=True):
    """A file of a copy."""

    name: str
    bytes: int
    sha256: str


class Manifest(msgspec.Struct, frozen=True):
    """What a copy is. ledger: migrations with their digests; keys: names of those that open its secrets."""

    format: int
    litso: str
    postgresql: int
    taken_at: datetime
    ledger: dict[int, str]
    last_change: int
    records: int
    parties: int
    judgements: int
    keys: list[str]
    files: list[File]

    @property
    def size(self) -> int:
        """Bytes of all files."""
        return sum(file.bytes for file in self.files)


def back_up(store: Store, settings: Settings, folder: Path, progress: Progress) -> Manifest:
    """Copy the installation to a new folder while it works. BadUsage when the folder is there and not empty."""
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise BadUsage(f"{folder} is there already: a copy goes into a new folder")
    draft = folder.with_name(folder.name + ".partial")
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir(parents=True, mode=0o700)
    with store.session() as connection, connection.transaction():
        snapshot = backup.begin(connection)
        progress("store", 0, 1)
        version = connection.info.server_version // 10000
        backup.dump(store.url, draft / _STORE, snapshot, version=version, chosen=settings.postgres_bin)
        counts, ledger = backup.standing(connection), backup.ledger(connection)
    progress("reference", 0, 1)
    if (settings.home / _REFERENCE).is_dir():
        shutil.copytree(settings.home / _REFERENCE, draft / _REFERENCE, ignore=shutil.ignore_patterns(".*"))
    progress("digests", 0, 1)
    manifest = Manifest(
        FORMAT, __version__, version, datetime.now(UTC), ledger, *counts, _keys(settings), _files(draft)
    )  # fmt: skip
    (draft / MANIFEST).write_bytes(msgspec.json.format(msgspec.json.encode(manifest), indent=1))
    if folder.exists():
        folder.rmdir()
    draft.rename(folder)
    return manifest


def restore(
    url: str, settings: Settings, folder: Path, progress: Progress, *, replace: bool = False, without_keys: bool = False
) -> Manifest:
    """Make the installation what a copy says; the store of this URL is created where it is empty.

    replace: take the place of a store that is in use. without_keys: though secrets cannot be opened. Raises
    Misconfigured for a copy of a newer program, SourceUnusable for a damaged one, Conflict while programs work on the
    store, BrokenInvariant when what was restored breaks an invariant.
    """
    progress("digests", 0, 1)
    manifest = read_manifest(folder)
    _check_ledger(manifest)
    lacking = set(manifest.keys) - set(_keys(settings))
    if lacking and not without_keys:
        raise Misconfigured("LITSO_SECRET_KEY_FILE does not hold the key of this copy: put it there, or --without-keys")
    _check_files(folder, manifest)
    migrate(url)
    with translated(), connect(url) as connection:
        _check_target(connection, replace)
        version = connection.info.server_version // 10000
    with backup.set_aside(url):
        progress("store", 0, 1)
        backup.read_back(url, folder / _STORE, version=version, chosen=settings.postgres_bin)
        migrate(url)
        progress("invariants", 0, 1)
        with translated(), connect(url) as connection:
            backup.go_on(connection)
            loads.fail_interrupted(connection)
            _check_content(connection, manifest)
        progress("reference", 0, 1)
        _restore_reference(folder / _REFERENCE, settings.home / _REFERENCE)
    return manifest


def read_manifest(folder: Path) -> Manifest:
    """What a copy says of itself; SourceUnusable for a folder that is none."""
    path = folder / MANIFEST
    try:
        manifest = msgspec.json.decode(path.read_bytes(), type=Manifest)
    except (OSError, msgspec.DecodeError):
        raise SourceUnusable(f"{path}: the folder holds no copy that `litso backup` wrote") from None
    if manifest.format > FORMAT:
        raise Misconfigured(f"the copy was written by Litso {manifest.litso}: install a newer Litso")
    return manifest


def _check_ledger(manifest: Manifest) -> None:
    own = {step.version: step.digest.hex() for step in migrations()}
    newest = max(manifest.ledger, default=0)
    if newest > max(own):
        raise Misconfigured(f"the copy has version {newest} of the store, this program knows {max(own)}: "
                            f"install Litso {manifest.litso} or newer")  # fmt: skip
    if any(own.get(version) != digest for version, digest in manifest.ledger.items()):
        raise Misconfigured("the copy has a store of another program: its migrations differ")


def _check_files(folder: Path, manifest: Manifest) -> None:
    for file in manifest.files:
        path = folder / file.name
        if not path.is_file() or path.stat().st_size != file.bytes or _sha256(path) != file.sha256:
            raise SourceUnusable(f"{path}: the file is damaged or missing")


def _check_target(connection: Connection, replace: bool) -> None:
    if backup.others(connection):
        raise Conflict("programs of Litso work on this store: stop server and workers first")
    if backup.is_used(connection) and not replace:
        raise Conflict("the store is in use: --replace takes its place, and what it holds is gone")


def _check_content(connection: Connection, manifest: Manifest) -> None:
    found = backup.standing(connection)
    if found != backup.Standing(manifest.last_change, manifest.records, manifest.parties, manifest.judgements):
        raise BrokenInvariant("the restored store does not hold what the copy says")
    broken = [one.invariant for one in check_invariants(connection) if one.violations]
    if broken:
        raise BrokenInvariant("broken in the restored store: " + ", ".join(broken))


def _restore_reference(copy: Path, home: Path) -> None:
    """Editions of the copy in the place of those that are there."""
    if not copy.is_dir():
        return
    fresh, former = home.with_name("reference.new"), home.with_name("reference.old")
    shutil.rmtree(fresh, ignore_errors=True)
    shutil.copytree(copy, fresh)
    if home.exists():
        home.rename(former)
    fresh.rename(home)
    shutil.rmtree(former, ignore_errors=True)


def _keys(settings: Settings) -> list[str]:
    is_there = settings.secret_key_file is not None or (settings.home / sealing.OWN_KEY).exists()
    return sealing.load_box(settings).names if is_there and sealing.is_available(settings) else []


def _files(folder: Path) -> list[File]:
    paths = sorted(path for path in folder.rglob("*") if path.is_file())
    return [File(str(path.relative_to(folder)), path.stat().st_size, _sha256(path)) for path in paths]


def _sha256(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(_BLOCK):
            digest.update(block)
    return digest.hexdigest()

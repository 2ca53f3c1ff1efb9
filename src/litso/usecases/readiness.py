"""Whether a program can work, and if not, why: for those who send traffic to it, and for those who start it again.

A server is not ready without its store, on a store of another version, on a full disk, or while it ends. Work that
waits for a worker is a warning there: it would help nobody to take every server away. The worker is not ready then.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Final, NamedTuple

from litso.errors import LitsoError, Misconfigured, Transient
from litso.settings import Settings
from litso.store import standing
from litso.store.database import Store
from litso.store.migrate import check_version

OK: Final = "ok"
WARNING: Final = "warning"
FAILED: Final = "failed"

_PATIENCE_SECONDS: Final = 2.0
_LATE_SECONDS: Final = 600.0
"""Jobs are due each minute: one that has waited so long waits for a worker that is not there, or hangs."""


class Check(NamedTuple):
    """One thing looked at. state: ok, warning or failed; told: why, without values or secrets."""

    name: str
    state: str
    told: str = ""


def look(store: Store, settings: Settings, *, is_worker: bool, is_ending: Callable[[], bool]) -> list[Check]:
    """Look at all that the program needs; takes a few seconds at most."""
    ending = [Check("program", FAILED, "it is ending")] if is_ending() else []
    return [*ending, *_of_store(store, is_worker), _disk(settings)]


def is_ready(checks: list[Check]) -> bool:
    """Whether nothing has failed."""
    return all(one.state != FAILED for one in checks)


def _of_store(store: Store, is_worker: bool) -> list[Check]:
    try:
        with store.transaction(patience=_PATIENCE_SECONDS) as connection:
            standing.limit_time(connection, _PATIENCE_SECONDS)
            check_version(connection)
            waited = standing.overdue_seconds(connection)
    except Misconfigured as error:
        return [Check("store", OK), Check("schema", FAILED, str(error))]
    except Transient:
        return [Check("store", FAILED, "it does not answer, or all connections are busy")]
    except LitsoError as error:
        return [Check("store", FAILED, type(error).__name__)]
    return [Check("store", OK), Check("schema", OK), _worker(waited, is_worker)]


def _worker(waited: float, is_worker: bool) -> Check:
    if waited < _LATE_SECONDS:
        return Check("worker", OK)
    return Check("worker", FAILED if is_worker else WARNING, f"a job has been due for {waited:.0f} s")


def _disk(settings: Settings) -> Check:
    free = shutil.disk_usage(_existing(settings.home)).free
    if free >= settings.least_disk:
        return Check("disk", OK)
    return Check("disk", FAILED, f"{free >> 20} MiB are free in LITSO_HOME, less than {settings.least_disk >> 20} MiB")


def _existing(folder: Path) -> Path:
    return next(one for one in (folder, *folder.parents) if one.exists())

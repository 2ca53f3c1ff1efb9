"""Exports: a list leaves as a file only with a purpose, in the audit party by party, sealed and for a while.

Above a limit of rows within a day, or with contacts or documents as they are, a second person has to approve: never the
one who asked, and no program. Whoever asked fetches the file, nobody else.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from types import MappingProxyType
from typing import Any, Final, NamedTuple

import polars as pl

from litso.demo.files import Parquet, TextFile, Workbook
from litso.domain.spreadsheet import spreadsheet_safe
from litso.errors import BadUsage, Conflict, Forbidden, LitsoError, NotFound
from litso.settings import Settings
from litso.store import audit, exports, jobs, users
from litso.store.database import Connection, Store
from litso.store.exports import APPROVED, READY, REFUSED, WAITING, Export
from litso.store.jobs import Job
from litso.store.locks import EXPORTS, lock
from litso.store.sealing import load_box
from litso.usecases.access import ADMINISTRATOR, PURPOSES, Actor, demand, sight_for
from litso.usecases.export_rows import REVEALED, batches, columns_of, count, demand_kind, wanted_of
from litso.usecases.masking import Sight

KIND: Final = "export"
"""Kind of the job."""

CSV, XLSX, PARQUET = "csv", "xlsx", "parquet"
FORMATS: Final = (CSV, XLSX, PARQUET)
MEDIA_TYPES: Final = MappingProxyType(
    {
        CSV: "text/csv",
        XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        PARQUET: "application/vnd.apache.parquet",
    }
)
MOST: Final = 1_000_000
"""Rows of an export at most; a sheet holds little more."""

_OWN: Final = "cli"
_PIECE: Final = 1 << 20
_LONGEST: Final = 500
_FEW: Final = 100
"""Rows that may come between asking and making, beside as many as there were."""
_SHEET: Final = "litso"


class Wish(NamedTuple):
    """What somebody wants: the kind of list, the filter, columns (all, when none is named), classes of fields as they
    are, the form of the file, why (a purpose) and in words."""

    kind: str
    wanted: Mapping[str, Any]
    columns: Sequence[str]
    classes: Sequence[str]
    format: str
    purpose: str
    reason: str = ""


class Download(NamedTuple):
    """A file as it is fetched, piece by piece."""

    name: str
    media_type: str
    pieces: Iterator[bytes]


# Asking ---------------------------------------------------------------------------------------------------------


def ask(store: Store, settings: Settings, actor: Actor, wish: Wish) -> Export:
    """Ask for an export. Small and masked, it is made at once; else it waits for a second person.

    BadUsage for what cannot be asked, and for more rows than a file may have.
    """
    demand(actor, "export")
    wanted, columns, classes = wanted_of(wish.kind, wish.wanted), columns_of(wish.kind, wish.columns), _classes(wish)
    demand_kind(actor, wish.kind, columns)
    _demand_words(wish)
    load_box(settings)
    with store.whole.seen_by(actor.name, actor.scope).transaction() as connection:
        counted = count(connection, actor, wish.kind, wanted, MOST)
    if counted > MOST:
        raise BadUsage(f"an export has up to {MOST} rows: narrow it")
    with store.whole.transaction() as connection:
        lock(connection, EXPORTS)
        lately = exports.rows_alone(connection, actor.name, actor.is_service)
        needs_two = bool(classes) or counted + lately > settings.export_rows
        if needs_two and not wish.reason.strip():
            raise BadUsage("a second person decides about this export: say what it is for")
        number = exports.add(
            connection, kind=wish.kind, wanted=wanted, columns=columns, classes=classes, format=wish.format,
            purpose=wish.purpose, reason=wish.reason.strip(), counted=counted,
            status=WAITING if needs_two else APPROVED, asked_by=actor.name, is_program=actor.is_service,
        )  # fmt: skip
    if not needs_two:
        make(store, settings, number)
    with store.whole.transaction() as connection:
        return exports.get(connection, number)


def _classes(wish: Wish) -> list[str]:
    """Classes that are asked for and that the purpose shows; BadUsage for others."""
    if wish.purpose not in PURPOSES:
        raise BadUsage(f"purpose must be one of: {', '.join(PURPOSES)}")
    if strange := set(wish.classes) - set(REVEALED):
        raise BadUsage(f"classes to be shown as they are: {', '.join(REVEALED)}, not {min(strange)!r}")
    if hidden := set(wish.classes) - sight_for(wish.purpose).shown:
        raise BadUsage(f"the purpose {wish.purpose} does not show {min(hidden)}")
    return [one for one in REVEALED if one in wish.classes]


def _demand_words(wish: Wish) -> None:
    if wish.format not in FORMATS:
        raise BadUsage(f"a file is one of {', '.join(FORMATS)}")
    if len(wish.reason) > _LONGEST or "\0" in wish.reason:
        raise BadUsage(f"a reason has up to {_LONGEST} characters")


# The second person ----------------------------------------------------------------------------------------------


def decide(store: Store, actor: Actor, export_id: int, *, approves: bool, reason: str = "") -> Export:
    """Approve or refuse an export that somebody else asked for; approved, it is a job of the worker.

    Forbidden to the one who asked and to programs; Conflict when it does not wait; BadUsage for a refusal without why.
    """
    demand(actor, "approve_exports")
    if len(reason) > _LONGEST or "\0" in reason or not (approves or reason.strip()):
        raise BadUsage("say why it is refused, in up to 500 characters")
    with store.whole.transaction() as connection:
        found = exports.get(connection, export_id, lock=True)
        if actor.is_service or found.asked_by == actor.name:
            raise Forbidden("another person decides about an export")
        if found.status != WAITING:
            raise Conflict(f"the export {export_id} is {found.status}")
        exports.decide(connection, export_id, APPROVED if approves else REFUSED, actor.name, reason.strip())
        if approves:
            jobs.ask(connection, KIND, {"export": export_id}, key=str(export_id), asked_by=found.asked_by)
        return exports.get(connection, export_id)


# Making ---------------------------------------------------------------------------------------------------------


def work(store: Store, settings: Settings, job: Job) -> None:
    """An approved export is made."""
    make(store, settings, int(job.arguments["export"]))


def make(store: Store, settings: Settings, export_id: int) -> None:
    """Make the file of an approved export and seal it. Whoever asked must still have the right, within their limits of
    now. What was cut off is made anew."""
    with store.whole.transaction() as connection:
        found = exports.get(connection, export_id)
        if found.status != APPROVED:
            return
    try:
        with store.whole.transaction() as connection:
            actor = _asker(connection, found)
        demand(actor, "export")
        demand_kind(actor, found.kind, found.columns)
        with TemporaryDirectory(prefix="litso-export-") as folder:
            path = Path(folder) / f"{_SHEET}.{found.format}"
            rows = _write(store, actor, found, path)
            with store.whole.transaction() as connection:
                kept = timedelta(hours=settings.export_hours)
                exports.keep(connection, load_box(settings), export_id, _pieces(path), rows, kept)
    except LitsoError as error:
        with store.whole.transaction() as connection:
            exports.fail(connection, export_id, str(error))
        raise


def _asker(connection: Connection, found: Export) -> Actor:
    """Whoever asked, as they are now; NotFound when they are gone."""
    if found.is_program:
        for one in users.list_services(connection):
            if one.name == found.asked_by and one.revoked_at is None:
                return Actor(one.name, one.role, is_service=True, scope=one.scope)
        raise NotFound("the program that asked is gone")
    if found.asked_by == _OWN and not users.is_login(connection, _OWN):
        return Actor(_OWN, ADMINISTRATOR)
    user = users.by_login(connection, found.asked_by)
    return Actor(user.login, user.role, scope=user.scope)


def _write(store: Store, actor: Actor, found: Export, path: Path) -> int:
    """The file, read as the asker sees it; every party is in the audit before there is a file. Answers its rows."""
    sight = Sight(Sight.MASKED.shown | set(found.classes)).within(actor.scope)
    rows = 0
    with (
        store.whole.seen_by(actor.name, actor.scope).transaction() as connection,
        _writing(path, found.format) as write,
    ):
        write(pl.DataFrame(schema=dict.fromkeys(found.columns, pl.String)))
        for batch in batches(connection, actor, found.kind, found.wanted, found.columns, sight):
            audit.write_many(connection, actor=actor.name, action="export", purpose=found.purpose, read=batch.read)
            rows += len(batch.frame)
            if rows > min(MOST, 2 * found.counted + _FEW):
                raise Conflict("there are many more rows now than when it was asked for: ask again")
            write(batch.frame)
        audit.write(
            connection, actor=actor.name, action="export", object=f"export {found.export_id}", fields=found.columns,
            purpose=found.purpose, found=rows,
        )  # fmt: skip
    return rows


@contextmanager
def _writing(path: Path, format: str) -> Iterator[Callable[[pl.DataFrame], None]]:
    """What appends frames to a file. A CSV is as spreadsheets of the country open it; no cell of it is a formula."""
    safe = pl.all().map_elements(spreadsheet_safe, pl.String, skip_nulls=False)
    if format == CSV:
        with TextFile(path, ";", "utf-8-sig") as text:
            yield lambda frame: text.write(frame.with_columns(safe))
    elif format == XLSX:
        with Workbook(path, (_SHEET,)) as book:
            yield lambda frame: book.write(_SHEET, frame)
    else:
        with Parquet(path) as table:
            yield table.write


def _pieces(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while piece := file.read(_PIECE):
            yield piece


# Fetching -------------------------------------------------------------------------------------------------------


def download(store: Store, settings: Settings, actor: Actor, export_id: int) -> Download:
    """The file, for the one who asked alone; others are told that there is none. Conflict when it is not ready."""
    with store.whole.transaction() as connection:
        exports.expire(connection)
        found = _own(connection, actor, export_id)
        demand(actor, "export")
        demand_kind(actor, found.kind, found.columns)
        if found.status != READY:
            raise Conflict(f"the export {export_id} is {found.status}")
        parts = exports.note_download(connection, export_id)
    box = load_box(settings)

    def pieces() -> Iterator[bytes]:
        for part in parts:
            with store.whole.transaction() as connection:
                yield exports.read_part(connection, box, export_id, part)

    name = f"litso-{found.kind}-{export_id}.{found.format}"
    return Download(name, MEDIA_TYPES[found.format], pieces())


def _own(connection: Connection, actor: Actor, export_id: int, *, lock: bool = False) -> Export:
    found = exports.get(connection, export_id, lock=lock)
    if not is_own(actor, found):
        raise NotFound(f"there is no export {export_id}")
    return found


def is_own(actor: Actor, found: Export) -> bool:
    """Whether the actor asked for it."""
    return (found.asked_by, found.is_program) == (actor.name, actor.is_service)


def get_own(store: Store, actor: Actor, export_id: int) -> Export:
    """An export that the actor asked for; NotFound for others."""
    demand(actor, "export")
    with store.whole.transaction() as connection:
        exports.expire(connection)
        return _own(connection, actor, export_id)


def list_own(store: Store, actor: Actor, *, before: int | None = None, limit: int = 50) -> list[Export]:
    """What the actor asked for, the latest first."""
    demand(actor, "export")
    return _latest(store, actor.name, actor.is_service, before, limit)


def list_exports(store: Store, actor: Actor, *, before: int | None = None, limit: int = 50) -> list[Export]:
    """As `list_own`; a person who decides about exports sees all."""
    demand(actor, "export")
    decides = actor.may("approve_exports") and not actor.is_service
    return _latest(store, None if decides else actor.name, actor.is_service, before, limit)


def _latest(store: Store, asked_by: str | None, is_program: bool, before: int | None, limit: int) -> list[Export]:
    with store.whole.transaction() as connection:
        exports.expire(connection)
        return exports.latest(connection, asked_by=asked_by, is_program=is_program, before=before, limit=limit)


def withdraw(store: Store, actor: Actor, export_id: int) -> Export:
    """The asker takes an export back, its file is gone at once; Conflict when it has ended already."""
    demand(actor, "export")
    with store.whole.transaction() as connection:
        found = _own(connection, actor, export_id, lock=True)
        if found.status not in (WAITING, APPROVED, READY):
            raise Conflict(f"the export {export_id} is {found.status}")
        exports.withdraw(connection, export_id)
        return exports.get(connection, export_id)


def expire(store: Store) -> None:
    """Files whose time is over are gone."""
    with store.transaction() as connection:
        exports.expire(connection)

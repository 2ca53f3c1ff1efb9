"""A run of a source that runs by itself: fetched into the landing, loaded piece by piece, its checkpoint saved with the
rows before it.

A run that is cut off anywhere is begun again from the last checkpoint; what was loaded already changes nothing. What
goes wrong decides what comes next: a fault that may pass is tried again with backoff, anything else stops the source
until a person has looked.
"""

from __future__ import annotations

import logging
import shutil
from collections.abc import Collection, Iterator, Sequence
from collections.abc import Mapping as Mapping_
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final, NamedTuple
from zlib import crc32

from litso.errors import Conflict, LitsoError, SourceUnusable, Transient
from litso.settings import Settings
from litso.sources.connectors.config import Connection as Described
from litso.sources.connectors.config import parse_connection
from litso.sources.connectors.drift import STOP, TELL, drift_of
from litso.sources.connectors.landing import Landing, joined_types
from litso.sources.connectors.port import DELTA, GONE, PRESENT, UPSERT, Connector, File, Notice, Position
from litso.sources.files import open_file
from litso.sources.gates import Gate
from litso.sources.mapping import Mapping, parse_mapping
from litso.store import connections, sources
from litso.store.connections import SourceConnection
from litso.store.database import Connection, Store
from litso.store.loads import Counts
from litso.usecases.backoff import backoff
from litso.usecases.loading import Arrival, Outcome, Progress, Request, follow_up, load_files

_LOG: Final = logging.getLogger("litso.collecting")
_FIRST_DELAY: Final = timedelta(seconds=15)
_LONGEST_DELAY: Final = timedelta(hours=1)
_FAILURES_TOLD: Final = 3
"""Failures in a row that open an alarm."""
_SURELY_WHOLE: Final = 20
"""Objects among which every column occurs, so that one that does not is gone."""

_WAIT: Final = timedelta(minutes=1)
"""Until a source that has to wait is looked at again."""
_BEHIND_SECONDS: Final = 600.0
"""Other background work that is so late comes first."""

DRIFT: Final = "drift"
UNREACHABLE: Final = "unreachable"
UNREADABLE: Final = "unreadable"
REFUSED: Final = "refused"
"""Codes of alarms."""

_BAD: Final = "bad "
"""Before the marks of a file that cannot be read: it is tried again when a person has looked."""


class Collected(NamedTuple):
    """What a run brought. status: done, held, failed (it is tried again) or stopped (with its source)."""

    source: str
    status: str
    counts: Counts
    loads: tuple[int, ...]
    told: str


class _Drifted(SourceUnusable):
    """The columns changed, and the source is to stop."""


def collect(
    store: Store, settings: Settings, source: str, *, started_by: str, progress: Progress | None = None
) -> Collected:
    """Run a source once. Conflict when it is stopped, is running already, or a load of it waits for a person."""
    with store.session() as connection:
        if not connections.try_lock(connection, source):
            raise Conflict(f"source {source!r} is running already")
        found = connections.get(connection, source)
        _demand_ready(connection, found)
        with connection.transaction():
            run_id = connections.begin_run(connection, source, started_by)
        run = _Run(connection, store, settings, found, run_id, started_by, progress)
        try:
            run.collect()
        except LitsoError as error:
            return _failed(run, error)
        if run.held is not None:
            return _ended(run, "held", f"Загрузка {run.held} ждёт решения.", run.next_at())
        return _ended(run, "done", "", run.next_at())


def collect_if_due(store: Store, settings: Settings, source: str) -> Collected | None:
    """Run a source as its schedule asks; None when it waits: paused, a load held, a run going on, the worker behind."""
    with store.transaction() as connection:
        found = connections.find(connection, source)
        now = datetime.now(UTC)
        if found is None or found.status != connections.ACTIVE or found.next_at is None or found.next_at > now:
            return None
        if why := _why_wait(connection, source):
            connections.postpone(connection, source, why, now + _WAIT)
            return None
    try:
        return collect(store, settings, source, started_by="schedule")
    except Conflict:
        return None


def _why_wait(connection: Connection, source: str) -> str:
    """What has to be done before more is fetched; "" when nothing has."""
    held = connections.held_load(connection, source)
    if held is not None:
        return f"Загрузка {held} ждёт решения: новых не будет, пока его нет."
    if connections.overdue(connection) > _BEHIND_SECONDS:
        return "Фоновая работа отстаёт: загрузка начнётся, когда она догонит."
    return ""


def _demand_ready(connection: Connection, found: SourceConnection) -> None:
    if found.status == connections.STOPPED:
        raise Conflict(f"source {found.source!r} is stopped, see litso source show; litso source resume {found.source}")
    held = connections.held_load(connection, found.source)
    if held is not None:
        raise Conflict(f"load {held} of {found.source} is held: litso load-approve {held} or litso load-reject {held}")


def next_run(described: Described, now: datetime) -> datetime | None:
    """When a source is due next, None when it runs by hand. The clock of cron lines is that of this system."""
    return described.schedule.next_after(now.astimezone()) if described.schedule else None


def mapping_of(connection: Connection, source: str) -> Mapping:
    """The mapping of a registered source."""
    return parse_mapping(sources.get(connection, source).mapping, f"mapping of {source}")


# Ends -----------------------------------------------------------------------------------------------------------


def _failed(run: _Run, error: LitsoError) -> Collected:
    source, told, failures = run.found.source, str(error), run.found.failures + 1
    if isinstance(error, (Transient, Conflict)):
        _LOG.warning("source %s, run %d: %s", source, run.run_id, told)
        if failures >= _FAILURES_TOLD:
            connections.alarm(run.connection, source, UNREACHABLE, told)
        again = datetime.now(UTC) + backoff(failures, _FIRST_DELAY, longest=_LONGEST_DELAY)
        return _ended(run, "failed", told, again if run.next_at() else None)
    _LOG.error("source %s, run %d: stopped: %s", source, run.run_id, told)
    if not isinstance(error, _Drifted):
        connections.alarm(run.connection, source, UNREADABLE, told)
    return _ended(run, "stopped", told, run.found.next_at)


def _ended(run: _Run, status: str, told: str, next_at: datetime | None) -> Collected:
    with run.connection.transaction():
        connections.end_run(run.connection, run.found.source, run.run_id, status, told, next_at)
    return Collected(run.found.source, status, run.counts, tuple(run.loads), told)


# Fetching -------------------------------------------------------------------------------------------------------


class _Run:
    """One run. `connection` holds its lock; `held` is the load that stopped it."""

    def __init__(
        self,
        connection: Connection,
        store: Store,
        settings: Settings,
        found: SourceConnection,
        run_id: int,
        started_by: str,
        progress: Progress | None,
    ) -> None:
        self.connection, self.found, self.run_id = connection, found, run_id
        self.counts = Counts()
        self.loads: list[int] = []
        self.held: int | None = None
        self._store, self._settings = store, settings
        self._started_by, self._progress = started_by, progress
        self._accepted = found.shape

    def next_at(self) -> datetime | None:
        """When the source is due after this run."""
        return next_run(self._described(), datetime.now(UTC))

    def collect(self) -> None:
        """Fetch and load until the source has nothing more, or a load is held."""
        mapping = mapping_of(self.connection, self.found.source)
        with self._folder() as folder, closing(self._described().settings.open(mapping)) as connector:
            (folder / "rows").mkdir(parents=True)
            (folder / "files").mkdir()
            landing = Landing(folder / "rows", self._described().at_once)
            for piece in connector.fetch(Position(self.found.checkpoint, self._known), folder / "files"):
                if isinstance(piece, Notice):
                    connections.alarm(self.connection, self.found.source, REFUSED, piece.told)
                landing.add(piece)
                # A file of a full delivery is one by itself; rows of a snapshot are together.
                if landing.is_full if connector.mode == DELTA else isinstance(piece, File):
                    self._load(landing, connector, mapping)
                if self.held is not None:
                    break
            else:
                self._load(landing, connector, mapping)
        if self.loads:
            follow_up(self._store, self._progress)

    def _described(self) -> Described:
        return parse_connection(self.found.spec, f"connection of {self.found.source}")

    @contextmanager
    def _folder(self) -> Iterator[Path]:
        """A folder of the run's own; what a killed run left behind is removed with it."""
        of_source = self._settings.home / "landing" / f"{crc32(self.found.source.encode()):08x}"
        shutil.rmtree(of_source, ignore_errors=True)
        try:
            yield of_source / str(self.run_id)
        finally:
            shutil.rmtree(of_source, ignore_errors=True)

    def _known(self, marks: Collection[str]) -> Collection[str]:
        """Which marks say of something that it was loaded, or that it cannot be."""
        asked = [*marks, *(_BAD + mark for mark in marks)]
        known = connections.known_marks(self.connection, self.found.source, asked)
        return {mark.removeprefix(_BAD) for mark in known}

    # Loading ----------------------------------------------------------------------------------------------------

    def _load(self, landing: Landing, connector: Connector, mapping: Mapping) -> None:
        """Load what has landed, and go on with an empty landing. A load that waits for a person keeps its rows, too."""
        landing.end()
        try:
            if not landing.is_empty:
                self._load_landed(landing, connector.mode, mapping)
            elif landing.checkpoint is not None:
                self._move(self._arrival(landing, {}))
        finally:
            landing.clear()
        connector.settle()

    def _load_landed(self, landing: Landing, mode: str, mapping: Mapping) -> None:
        try:
            self._load_some(landing, mode, mapping)
        except SourceUnusable as error:
            if isinstance(error, _Drifted):
                raise
            if not landing.files:
                raise SourceUnusable(_with_origin(str(error), landing)) from None
            for file in landing.files:
                self._load_alone(file, landing, mode, mapping)

    def _load_alone(self, file: File, landing: Landing, mode: str, mapping: Mapping) -> None:
        """Load one file of several; one that cannot be read is put aside with an alarm, the source goes on."""
        if self.held is not None:
            return
        alone = Landing(landing.folder)
        alone.add(file)
        try:
            self._load_some(alone, mode, mapping)
        except _Drifted:
            raise
        except SourceUnusable as error:
            told = str(error).replace(str(file.path), file.origin)
            connections.alarm(self.connection, self.found.source, UNREADABLE, told)
            aside = Arrival(self.found.epoch, file.checkpoint, self._accepted, tuple(_BAD + one for one in file.marks))
            self._move(aside)

    def _move(self, arrival: Arrival) -> None:
        with self.connection.transaction():
            connections.move(self.connection, self.found.source, arrival._asdict())

    def _load_some(self, landing: Landing, mode: str, mapping: Mapping) -> None:
        shape, is_whole = _shape_of(landing, mapping)
        drifted = drift_of(self._accepted, shape, is_whole=is_whole)
        gates = self._judged(drifted)
        arrival = self._arrival(landing, shape if is_whole or not self._accepted else {**self._accepted, **shape})
        request = Request(
            self.found.source,
            tuple(landing.paths[UPSERT]),
            mode,
            title=_title(landing),
            gone=tuple(landing.paths[GONE]),
            present=tuple(landing.paths[PRESENT]),
            gates=gates,
            arrival=arrival,
        )
        (outcome,) = load_files(
            self._store, self._settings, [request], started_by=self._started_by, progress=self._progress, follow=False
        )
        self._note(outcome)
        if outcome.status != "held":
            self._accepted = dict(arrival.shape)

    def _judged(self, drifted: Sequence[str]) -> tuple[Gate, ...]:
        """What changed in the columns: an alarm, and by the setting a gate or the end of the run."""
        for sentence in drifted:
            connections.alarm(self.connection, self.found.source, DRIFT, sentence)
        reaction = self._described().drift
        if drifted and reaction == STOP:
            raise _Drifted(" ".join(drifted))
        return () if reaction == TELL else tuple(Gate(DRIFT, sentence, 1.0, 0.0) for sentence in drifted)

    def _arrival(self, landing: Landing, shape: Mapping_[str, str]) -> Arrival:
        joined = {name: joined_types(self._accepted.get(name, ""), kind) for name, kind in shape.items()}
        return Arrival(self.found.epoch, landing.checkpoint or {}, joined or self._accepted, tuple(landing.marks))

    def _note(self, outcome: Outcome) -> None:
        self.counts = Counts(*(a + b for a, b in zip(self.counts, outcome.counts, strict=True)))
        if outcome.status == "held":
            self.held = outcome.load_id
        known = [outcome.load_id] if outcome.status in ("done", "held") else []
        self.loads += known
        connections.count(self.connection, self.run_id, outcome.counts, known)


def _shape_of(landing: Landing, mapping: Mapping) -> tuple[dict[str, str], bool]:
    """Columns and types of what has landed, and whether those are all that the source has."""
    if not landing.files:
        return landing.shape, bool(landing.tables) or landing.rows >= _SURELY_WHOLE
    files = [open_file(path, mapping) for path in landing.paths[UPSERT]]
    return {column: "" for file in files for column in file.columns}, not any(file.is_sparse for file in files)


def _with_origin(told: str, landing: Landing) -> str:
    """An error about a file of the landing, told of what the source calls it."""
    for path in landing.paths[UPSERT]:
        told = told.replace(str(path), _title(landing))
    return told


def _title(landing: Landing) -> str:
    origins = list(landing.origins)
    return origins[0] if len(origins) == 1 else f"{origins[0]} … {origins[-1]} ({len(origins)})"

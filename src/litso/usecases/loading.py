"""Loads: a file becomes source records, parties and golden records, in one transaction or not at all.

    read and map into a spool → compare with the store → gates → standardize what is new → resolve → publish

Only the last two happen inside the transaction; the graph, cases, quality and checks follow in their own. A load that a
gate holds keeps its spool until a human decides.
"""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Callable, Iterator, Sequence
from collections.abc import Mapping as TMapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any, Final, NamedTuple

from litso.errors import BadUsage, LitsoError, NotFound
from litso.settings import Settings
from litso.sources.gates import Gate, LoadFigures, raised_gates
from litso.sources.mapping import Mapping, parse_mapping
from litso.sources.quarantine import Rejected
from litso.store import audit, connections, loads, quarantine, records, reference, scope, sources
from litso.store.database import Connection, Store
from litso.store.loads import Counts
from litso.store.quarantine import RejectedRow
from litso.telemetry import metrics
from litso.telemetry.traces import traced
from litso.usecases import case_refresh, graph, quality, registers
from litso.usecases.limiting import standard_territory
from litso.usecases.pinning import release_ended
from litso.usecases.reconciliation import Touched, reconcile
from litso.usecases.resolution import Stopwatch
from litso.usecases.returned import returned_to
from litso.usecases.screening import catch_up
from litso.usecases.spool import Spool, open_spool, spool_files, spool_keys
from litso.usecases.staging import Incoming, compare

FULL: Final = "full"
DELTA: Final = "delta"

_LOOKED_AT: Final = 1_000
"""Rejected rows that are looked up at once."""

Progress = Callable[[str, int, int], None]
"""Called with (stage, done, of)."""


class Arrival(NamedTuple):
    """Where a load leaves a source that runs by itself: what its connection becomes when the load is published."""

    epoch: int
    checkpoint: TMapping[str, Any]
    shape: TMapping[str, str]
    marks: tuple[str, ...] = ()


class Request(NamedTuple):
    """Files of one source to load, as one load.

    title: what the ledger calls them. gone, present: files with keys of deleted records, of all records that there are.
    gates: what holds the load besides its figures.
    """

    source: str
    paths: tuple[Path, ...]
    mode: str = DELTA
    title: str = ""
    gone: tuple[Path, ...] = ()
    present: tuple[Path, ...] = ()
    gates: tuple[Gate, ...] = ()
    arrival: Arrival | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a load. `status`: done, held, repeated (the same file again: nothing was read) or unchanged (of a
    source that runs by itself: nothing in it is new, there is no load).

    `touched` and `seconds` (by stage) are those of all loads that were published together.
    """

    load_id: int
    source: str
    status: str
    counts: Counts
    gates: tuple[Gate, ...]
    touched: Touched
    seconds: TMapping[str, float] = field(default_factory=dict)


def register_source(store: Store, text: str, origin: str, *, by: str = "cli") -> tuple[Mapping, bool]:
    """Register a source by its mapping, or change it; False when it was registered just so."""
    mapping = parse_mapping(text, origin)
    with store.transaction() as connection:
        audit.acting(connection, by)
        before = sources.find(connection, mapping.source)
        is_new = sources.register(
            connection,
            name=mapping.source,
            title=mapping.title or mapping.source,
            party=mapping.party,
            priority=mapping.priority,
            mapping=mapping.text,
            brand=mapping.brand,
            territory=standard_territory(mapping.territory),
        )
        after = sources.get(connection, mapping.source)
        if before and (before.brand, before.region, before.city) != (after.brand, after.region, after.city):
            scope.write_source(connection, mapping.source)
    return mapping, is_new


@traced
def load_files(
    store: Store,
    settings: Settings,
    requests: Sequence[Request],
    *,
    started_by: str = "cli",
    progress: Progress | None = None,
    follow: bool = True,
) -> list[Outcome]:
    """Load files of several sources: a load each, and all that pass their gates are published at once.

    follow: see to what is worked out of parties as well; who loads again at once calls `follow_up` in the end.

    Raises SourceUnusable for a file that cannot be read; then nothing is loaded.
    """
    progress = progress or _silent
    watch = Stopwatch()
    if len({request.source for request in requests}) < len(requests):
        raise BadUsage("each source may occur once: give all its files together")
    release_ended(store)
    with store.session() as connection, failing(connection, settings) as running:
        with watch.stage("reading"):
            staged = [_stage(connection, settings, request, started_by, progress, running) for request in requests]
        incoming = [load for load in staged if isinstance(load, Incoming)]
        done = iter(_publish(connection, settings, incoming, progress, watch))
        outcomes = [load if isinstance(load, Outcome) else next(done) for load in staged]
    if follow:
        _follow(store, progress, watch)
    return outcomes


def follow_up(store: Store, progress: Progress | None = None) -> None:
    """See to what is worked out of parties after loads."""
    _follow(store, progress or _silent, Stopwatch())


def approve_load(store: Store, settings: Settings, load_id: int, *, approved_by: str = "cli") -> Outcome:
    """Publish a held load after all: a human has looked."""
    with store.session() as connection, failing(connection, settings) as running:
        held = loads.get(connection, load_id)
        mapping = _mapping_of(connection, held.source)
        folder = _folder(settings, load_id)
        if held.status == "held" and not folder.exists():
            raise NotFound(f"the spool of load {load_id} is not in {settings.home}: load the file again")
        with connection.transaction():
            loads.resume(connection, load_id)
            audit.write(connection, actor=approved_by, action="load.approve", object=f"load {load_id}")
        running.append(load_id)
        incoming = Incoming(load_id, mapping, held.mode == FULL, open_spool(folder))
        outcome = _publish(connection, settings, [incoming], _silent, Stopwatch())[0]
        if held.arrival is not None:
            connections.close_alarms(connection, held.source)
    _follow(store, _silent, Stopwatch())
    return outcome


def reject_load(store: Store, settings: Settings, load_id: int, rejected_by: str) -> None:
    """Refuse a held load: nothing of it is published."""
    with store.transaction() as connection:
        loads.reject(connection, load_id, rejected_by)
        audit.write(connection, actor=rejected_by, action="load.reject", object=f"load {load_id}")
        refused = loads.get(connection, load_id)
        if refused.arrival is not None and not connections.mark(connection, load_id):
            # The same rows would come again: a person puts the source right and resumes it.
            told = f"Загрузка {load_id} отклонена: исправьте источник и включите его снова."
            connections.set_status(connection, refused.source, connections.STOPPED, told)
    folder = _folder(settings, load_id)
    if folder.exists():
        open_spool(folder).discard()


# Before the transaction -----------------------------------------------------------------------------------------


def _stage(
    connection: Connection,
    settings: Settings,
    request: Request,
    started_by: str,
    progress: Progress,
    running: list[int],
) -> Incoming | Outcome:
    """Read, map and judge a file: an Incoming that may be published, or the Outcome of one that is not."""
    if request.mode not in (FULL, DELTA):
        raise BadUsage(f"a load is full or delta, not {request.mode!r}")
    mapping = _mapping_of(connection, request.source)
    digest = _sha256((*request.paths, *request.gone, *request.present))
    repeated = loads.find_repeated(connection, request.source, request.mode, digest)
    if repeated is not None and request.arrival is None and _is_standing(connection, repeated, mapping):
        return Outcome(repeated.load_id, request.source, "repeated", Counts(), (), Touched())
    load_id = loads.start(
        connection,
        source=request.source,
        mode=request.mode,
        file_name=request.title or _file_name(request.paths),
        file_sha256=digest,
        arrival=request.arrival._asdict() if request.arrival else None,
        started_by=started_by,
    )
    running.append(load_id)
    title = f"reading {request.source}"
    with connection.transaction():
        returned = returned_to(connection, mapping)
    spool = spool_files(
        request.paths,
        mapping,
        _folder(settings, load_id),
        lambda done, of: progress(title, done, of),
        returned.as_said,
    )
    with connection.transaction():
        returned.tell(connection)
    if request.gone or request.present:
        spool = spool_keys(spool.folder, mapping, request.gone, request.present)
    incoming = Incoming(load_id, mapping, request.mode == FULL, spool)
    if request.arrival is not None and not request.gates and _brings_nothing(connection, incoming):
        return _unchanged(connection, incoming, request.arrival, running)
    gates = [*request.gates, *_gates(connection, mapping, request.mode, spool)]
    if not gates:
        return incoming
    counts = Counts(rows_in=spool.summary.rows, quarantined=spool.summary.rejected)
    with connection.transaction():
        loads.write_counts(connection, load_id, counts)
        loads.hold(connection, load_id, [gate._asdict() for gate in gates])
        loads.release(connection, load_id)
    running.remove(load_id)
    return Outcome(load_id, request.source, "held", counts, tuple(gates), Touched())


def _brings_nothing(connection: Connection, load: Incoming) -> bool:
    """Whether every row is in the store already, or was put into quarantine before."""
    first = list(islice(load.spool.rejections(), _LOOKED_AT + 1))
    if len(first) > _LOOKED_AT:
        return False
    with connection.transaction():
        if not all(quarantine.known(connection, load.mapping.source, list(map(_rejected_row, first)))):
            return False
        found = compare(connection, load)
    return not found.is_news.any() and not len(found.deleted)


def _unchanged(connection: Connection, load: Incoming, arrival: Arrival, running: list[int]) -> Outcome:
    """Nothing is new: there is no load, but the source goes on from there."""
    source, summary = load.mapping.source, load.spool.summary
    with connection.transaction():
        connections.move(connection, source, arrival._asdict())
        loads.drop(connection, load.load_id)
    running.remove(load.load_id)
    load.spool.discard()
    counts = Counts(rows_in=summary.rows, unchanged=summary.rows - summary.rejected, quarantined=summary.rejected)
    return Outcome(load.load_id, source, "unchanged", counts, (), Touched())


def _mapping_of(connection: Connection, source: str) -> Mapping:
    return parse_mapping(sources.get(connection, source).mapping, f"mapping of {source}")


def _is_standing(connection: Connection, repeated: loads.Load, mapping: Mapping) -> bool:
    """Whether the repeated load was made with the mapping and the address register of today."""
    editions = [one.loaded_at for one in reference.current(connection) if one.kind == registers.GAR]
    return repeated.started_at >= max([sources.get(connection, mapping.source).updated_at, *editions])


def _sha256(paths: Sequence[Path]) -> bytes:
    """Digest of the content of all files, in order."""
    digest = hashlib.sha256()
    for path in paths:
        if not path.is_file():
            raise BadUsage(f"{path}: there is no such file")
        with path.open("rb") as file:
            digest.update(hashlib.file_digest(file, "sha256").digest())
    return digest.digest()


def _file_name(paths: Sequence[Path]) -> str:
    return paths[0].name if len(paths) == 1 else f"{paths[0].name} … {paths[-1].name} ({len(paths)})"


def _folder(settings: Settings, load_id: int) -> Path:
    return settings.home / "loads" / str(load_id)


def _gates(connection: Connection, mapping: Mapping, mode: str, spool: Spool) -> list[Gate]:
    with connection.transaction():
        live = records.count_live(connection, mapping.source)
        missing = records.count_deleted(
            connection, mapping.source, spool.keys, full=mode == FULL, departed=spool.departed()
        )
    past = [_figures(load) for load in reversed(loads.history(connection, mapping.source, mode))]
    return raised_gates(spool.figures(mode, deleted=missing, live=live), past, mapping.gates)


def _figures(load: loads.Load) -> LoadFigures:
    filled = {name: entry["filled"] for name, entry in load.quality.items() if "filled" in entry}
    return LoadFigures(load.mode, load.rows_in, load.rows_quarantined, load.rows_deleted, 0, filled, load.columns)


# Publication ----------------------------------------------------------------------------------------------------


def _publish(
    connection: Connection, settings: Settings, incoming: Sequence[Incoming], progress: Progress, watch: Stopwatch
) -> list[Outcome]:
    """All that becomes visible of the loads, in one transaction."""
    if not incoming:
        return []
    with connection.transaction(), metrics.RESOLUTION_SECONDS.labels("load").time():
        outcomes = []
        for load, counts, quality, touched in reconcile(connection, settings, incoming, progress, watch):
            loads.write_counts(connection, load.load_id, counts)
            loads.write_quality(connection, load.load_id, quality, load.spool.summary.columns)
            _put_into_quarantine(connection, load)
            loads.finish(connection, load.load_id)
            connections.arrive(connection, load.load_id)
            done = Outcome(load.load_id, load.mapping.source, "done", counts, (), touched, watch.seconds)
            outcomes.append(done)
    for load in incoming:
        loads.release(connection, load.load_id)
        load.spool.discard()
    return outcomes


def _put_into_quarantine(connection: Connection, load: Incoming) -> None:
    """Rejected rows; those that a source which runs by itself tells again are there once."""
    rows: Iterator[RejectedRow] = map(_rejected_row, load.spool.rejections())
    source = load.mapping.source
    if loads.get(connection, load.load_id).arrival is not None:
        rows = _unknown(connection, source, rows)
    quarantine.add(connection, load.load_id, source, rows)


def _unknown(connection: Connection, source: str, rows: Iterator[RejectedRow]) -> Iterator[RejectedRow]:
    while some := list(islice(rows, _LOOKED_AT)):
        known = quarantine.known(connection, source, some)
        yield from (row for row, is_known in zip(some, known, strict=True) if not is_known)


def _derive_cases(store: Store) -> None:
    case_refresh.refresh(store)
    case_refresh.revalue(store)


def _screen(store: Store) -> None:
    catch_up(store, started_by="load")


_FOLLOWING: Final[tuple[tuple[str, Callable[[Store], object]], ...]] = (
    ("relating", graph.catch_up),
    ("cases", _derive_cases),
    ("measuring quality", quality.measure_if_due),
    ("screening", _screen),
)
"""What is worked out of parties after loads: none of it reads what another writes."""


def _follow(store: Store, progress: Progress, watch: Stopwatch) -> None:
    """The graph, questions to stewards, figures of quality and checks follow the loads, side by side."""

    def one(part: tuple[str, Callable[[Store], object]]) -> None:
        name, work = part
        with watch.stage(name):
            work(store)

    progress("relating, cases, quality, screening", 0, 1)
    with ThreadPoolExecutor(len(_FOLLOWING)) as pool:
        list(pool.map(one, _FOLLOWING))


def _rejected_row(row: Rejected) -> RejectedRow:
    return RejectedRow(row.source_id, row.line, row.column, row.code, row.message, row.suggestion, row.payload)


@contextmanager
def failing(connection: Connection, settings: Settings) -> Iterator[list[int]]:
    """Loads added to the list are marked as failed, and their spools removed, when the work on them raises."""
    running: list[int] = []
    try:
        yield running
    except BaseException as error:
        reason = str(error) if isinstance(error, LitsoError) else f"stopped by {type(error).__name__}"
        if not connection.broken:
            for load_id in running:
                loads.fail(connection, load_id, reason)
        for load_id in running:
            shutil.rmtree(_folder(settings, load_id), ignore_errors=True)
        raise


def _silent(stage: str, done: int, of: int) -> None:
    del stage, done, of

"""After a new edition of reference data: the records that are in the store already are standardized anew with it.

    read every record again → compare → (dry run: tell) → write what differs, resolve, publish

Only records whose standard values differ are written; parties and golden records follow as in a load, in one
transaction. What was read is kept in files until then, a source at a time: a run that was stopped goes on behind the
last source that it had finished, and the store is as it was.
"""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, Final, NamedTuple

import msgspec
import numpy as np
from numpy.typing import NDArray

from litso.settings import Settings
from litso.sources.mapping import Mapping
from litso.store import facts, loads, records, reference, sources
from litso.store.database import Connection, Store
from litso.store.loads import Counts
from litso.usecases import graph, registers
from litso.usecases.loading import failing
from litso.usecases.reconciliation import Touched, mapping_of, reconcile_compared
from litso.usecases.renewal_look import FACTS, Look, look
from litso.usecases.spool import Spool, Summary, open_spool, read_stream, recipe_of
from litso.usecases.staging import Compared, Incoming, Progress
from litso.usecases.workers import Workers

MODE: Final = "renewal"
"""Mode of the loads that the ledger has for it, one a source."""

_FINISHED: Final = "look.json"
_ARRAYS: Final = "arrays.npz"


class Renewed(NamedTuple):
    """What standardizing anew did, or would do. `attributes`: attribute → records that have another value of it;
    `examples`: some of these before and after, masked; `houses`: facts that stand in another house."""

    examined: int
    changed: int
    unread: int
    sources: dict[str, int]
    attributes: dict[str, int]
    examples: dict[str, list[tuple[str, str]]]
    houses: int
    touched: Touched


class _Finished(msgspec.Struct, frozen=True):
    """A look as it is kept: with which recipe it was made, and what it found."""

    recipe: str
    attributes: dict[str, int]
    examples: dict[str, list[tuple[str, str]]]
    unread: int
    current: int


def behind(connection: Connection) -> dict[str, int]:
    """Source → records that were standardized before the newest edition that could change them."""
    since = newest_edition(connection)
    return records.count_behind(connection, since) if since else {}


def newest_edition(connection: Connection) -> datetime | None:
    """When the last edition was loaded that decides about standard values; None without any."""
    loaded = (one.loaded_at for one in reference.current(connection) if one.kind in registers.KEPT)
    return max(loaded, default=None)


def renew(
    store: Store,
    settings: Settings,
    *,
    dry_run: bool = False,
    started_by: str = "cli",
    progress: Progress = lambda stage, done, of: None,
) -> Renewed:
    """Standardize every record anew with the editions, rules and mappings of today.

    A dry run writes nothing but its files, which the run after it uses.
    """
    root = settings.home / MODE
    with store.session() as connection:
        mappings = [mapping_of(source) for source in sources.list_all(connection)]
        with Workers(sum(records.count_live(connection, one.source) for one in mappings)) as workers:
            looks = [_look(connection, workers, root, one, progress) for one in mappings]
        looks = [one for one in looks if one.examined]
        if dry_run:
            with connection.transaction():
                return _told(looks, _move_houses(connection, looks, dry_run=True), Touched())
        done = _write(connection, settings, looks, started_by, progress)
    progress("relating", 0, 1)
    graph.catch_up(store)
    shutil.rmtree(root, ignore_errors=True)
    return done


def _told(looks: Sequence[Look], houses: int, touched: Touched) -> Renewed:
    attributes = sum((one.attributes for one in looks), Counter[str]())
    examples: dict[str, list[tuple[str, str]]] = {}
    for one in looks:
        for name, shown in one.examples.items():
            examples.setdefault(name, shown)
    return Renewed(
        examined=sum(one.examined for one in looks),
        changed=sum(one.changed for one in looks),
        unread=sum(one.unread for one in looks),
        sources={one.mapping.source: one.changed for one in looks},
        attributes=dict(attributes.most_common()),
        examples=examples,
        houses=houses,
        touched=touched,
    )


# Looking, so that it need not be done twice --------------------------------------------------------------------------


def _look(connection: Connection, workers: Workers, root: Path, mapping: Mapping, progress: Progress) -> Look:
    folder = root / mapping.source
    known = _kept(folder, mapping)
    if known is not None:
        return known
    shutil.rmtree(folder, ignore_errors=True)
    title, live = f"standardizing {mapping.source}", records.count_live(connection, mapping.source)
    found = look(connection, workers, mapping, folder, lambda done: progress(title, done, live))
    _keep(found)
    return found


def _kept(folder: Path, mapping: Mapping) -> Look | None:
    """A look that an earlier run had finished, with the recipe of today."""
    if not (folder / _FINISHED).exists():
        return None
    kept = msgspec.json.decode((folder / _FINISHED).read_bytes(), type=_Finished)
    if kept.recipe != recipe_of(mapping):
        return None
    with np.load(folder / _ARRAYS) as arrays:
        parts = [[arrays[name]] for name in ("ids", "former", "hashes", "differ")]
    return Look(mapping, folder, Counter(kept.attributes), kept.examples, kept.unread, kept.current, *parts)


def _keep(found: Look) -> None:
    np.savez(
        found.folder / _ARRAYS,
        ids=_joined(found.ids),
        former=_joined(found.former),
        hashes=_joined(found.hashes),
        differ=_joined(found.differ),
    )
    attributes = dict(found.attributes)
    kept = _Finished(recipe_of(found.mapping), attributes, found.examples, found.unread, found.current)
    (found.folder / _FINISHED).write_bytes(msgspec.json.encode(kept))


def _joined(parts: Sequence[NDArray[Any]]) -> NDArray[Any]:
    return np.concatenate([np.empty(0, parts[0].dtype), *parts]) if parts else np.empty(0, np.int64)


# Writing -------------------------------------------------------------------------------------------------------------


def _write(
    connection: Connection, settings: Settings, looks: Sequence[Look], started_by: str, progress: Progress
) -> Renewed:
    """All that follows, in one transaction."""
    with failing(connection, settings) as running:
        for one in looks:
            running.append(loads.start(connection, source=one.mapping.source, mode=MODE, started_by=started_by))
        incoming = [
            Incoming(load_id, one.mapping, False, _spool(one)) for load_id, one in zip(running, looks, strict=True)
        ]
        with connection.transaction():
            done = reconcile_compared(
                connection,
                settings,
                lambda: [_compared(connection, *pair) for pair in zip(incoming, looks, strict=True)],
                progress,
            )
            for one, written in zip(looks, done, strict=True):
                same = ~_joined(one.differ).astype(bool)
                records.set_hashes(connection, *(_joined(part)[same] for part in (one.ids, one.former, one.hashes)))
                loads.write_counts(connection, written.load.load_id, written.counts)
                loads.finish(connection, written.load.load_id)
            houses = _move_houses(connection, looks)
        for load_id in running:
            loads.release(connection, load_id)
    return _told(looks, houses, done[0].touched if done else Touched())


def _spool(found: Look) -> Spool:
    """The records that differ, as a load has them."""
    summary = Summary(found.examined, found.changed, 0, 0, (), {})
    (found.folder / "summary.json").write_bytes(msgspec.json.encode(summary))
    return open_spool(found.folder)


def _compared(connection: Connection, load: Incoming, found: Look) -> Compared:
    """The records that differ beside the store: those that changed or went since they were looked at are left alone."""
    differ = _joined(found.differ).astype(bool)
    ids, former = _joined(found.ids)[differ], _joined(found.former)[differ]
    now = records.read_hashes(connection, load.mapping.source)
    known, hashes = now["record_id"].to_numpy(), now["content_hash"].to_numpy()
    is_same = np.zeros(len(ids), dtype=np.bool_)
    if len(known):
        places = np.minimum(np.searchsorted(known, ids), len(known) - 1)
        is_same = (known[places] == ids) & (hashes[places] == former)
    changed = int(is_same.sum())
    counts = Counts(rows_in=found.examined, changed=changed, unchanged=found.examined - changed)
    return Compared(load, ids, is_same, np.zeros_like(is_same), np.empty(0, np.int64), counts)


def _move_houses(connection: Connection, looks: Sequence[Look], *, dry_run: bool = False) -> int:
    return sum(
        facts.move(connection, one.mapping.source, read_stream(one.folder / FACTS), dry_run=dry_run) for one in looks
    )

"""A worker's day: jobs as they fall due, deliveries as changes are committed, until it is told to stop.

PostgreSQL wakes the worker by NOTIFY; the clock wakes it for what is due later. Several workers share the work. A
worker that is told to stop takes nothing new and ends what it has begun; one that is killed leaves its work to others.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from threading import Event
from typing import Final

from litso.errors import LitsoError
from litso.settings import Settings
from litso.store import changes, connections, jobs, listening, locks
from litso.store.database import Connection, Store
from litso.usecases.auditing import keep_sealing, seal_all
from litso.usecases.delivery import Couriers
from litso.usecases.jobs import APART, KINDS, PERIODIC, Work, kinds_of, run_next

_LOG: Final = logging.getLogger("litso.worker")
_LOOK_SECONDS: Final = 0.5
"""How long a worker may take to notice that it is told to stop."""
_DUE_SECONDS: Final = 5.0
"""How late a job may be that falls due by the clock."""
_AFTER_FAULT_SECONDS: Final = 1.0


def work(
    store: Store,
    settings: Settings,
    stop: Event,
    *,
    kinds: Mapping[str, Work] | None = None,
    on_ready: Callable[[], None] = lambda: None,
) -> None:
    """Work until `stop` is set. A lost connection to the store is waited out; a fault nobody foresaw ends the work."""
    shares = _shares(kinds_of(settings) if kinds is None else kinds)
    bells, all_done = [Event() for _ in shares], Event()
    with ThreadPoolExecutor(len(shares) + 1, thread_name_prefix="worker") as pool:
        hands = [pool.submit(_persist, stop, _run_jobs, store, stop, *each) for each in zip(bells, shares, strict=True)]
        sealer = pool.submit(_persist, all_done, keep_sealing, store, settings, all_done)
        for part in (*hands, sealer):
            part.add_done_callback(lambda _: stop.set())
        try:
            _persist(stop, _listen, store, settings, stop, bells, on_ready)
        finally:
            stop.set()
            for bell in bells:
                bell.set()
            wait(hands)
            all_done.set()
        for one in (*hands, sealer):
            one.result()


def _shares(kinds: Mapping[str, Work]) -> list[Mapping[str, Work]]:
    """What each pair of hands does: what may take hours is done beside all other work."""
    rest = frozenset(kinds).difference(*APART)
    shares = [{kind: kinds[kind] for kind in kinds if kind in group} for group in (rest, *APART)]
    return [share for share in shares if share]


def work_off(store: Store, *, kinds: Mapping[str, Work] = KINDS) -> int:
    """Run what is due now and no more, and seal the audit; answers how many jobs were run."""
    with store.session() as connection:
        _prepare(connection)
        count = 0
        while run_next(connection, store, kinds) is not None:
            count += 1
    seal_all(store)
    return count


def is_at_work(connection: Connection) -> bool:
    """Whether some worker is running on this store."""
    return locks.holders(connection, locks.WORKER) > 0


def _persist(stop: Event, part: Callable[..., None], *arguments: object) -> None:
    """Do a part of the work until it is told to stop, again and again when the store fails it."""
    while not stop.is_set():
        try:
            part(*arguments)
        except LitsoError as error:
            _LOG.warning("%s", error)
            stop.wait(_AFTER_FAULT_SECONDS)


def _listen(
    store: Store, settings: Settings, stop: Event, bells: Sequence[Event], on_ready: Callable[[], None]
) -> None:
    """Ring the bells when PostgreSQL tells of a job, and see to the deliveries.

    Its connection holds the locks that say that a worker is there and to whom it delivers: with them deliveries end.
    """
    couriers = Couriers(store, settings)
    try:
        with store.session() as connection:
            locks.acquire_shared(connection, locks.WORKER)
            listening.listen(connection, [jobs.CHANNEL, changes.CHANNEL])
            couriers.look(connection)
            on_ready()
            looked = time.monotonic()
            while not stop.is_set():
                told = listening.heard(connection, _LOOK_SECONDS)
                if jobs.CHANNEL in told:
                    for bell in bells:
                        bell.set()
                if changes.CHANNEL in told:
                    couriers.ring()
                if changes.CHANNEL in told or couriers.has_ended() or time.monotonic() - looked > _DUE_SECONDS:
                    couriers.look(connection)
                    looked = time.monotonic()
    finally:
        couriers.end()


def _run_jobs(store: Store, stop: Event, bell: Event, kinds: Mapping[str, Work]) -> None:
    """Run jobs one after another on one connection, then wait for the bell or the clock."""
    with store.session() as connection:
        while not stop.is_set():
            bell.clear()
            _prepare(connection)
            while not stop.is_set() and run_next(connection, store, kinds) is not None:
                continue
            bell.wait(_DUE_SECONDS)


def _prepare(connection: Connection) -> None:
    jobs.recover(connection)
    jobs.schedule(connection, PERIODIC)
    connections.schedule(connection)

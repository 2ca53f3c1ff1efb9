"""Upserts of many callers that arrive at the same time, written together: one transaction, one commit.

Who resolves is alone in it, so callers would wait for one another anyway. One thread writes what has gathered
meanwhile, for all of them, and then what has come since; callers only wait, so that a server keeps no thread for each.
Callers that were answered just now are likely to come again at once, and a record beside seven others costs half of
what one alone does: so the writer waits for them a moment.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextvars import Context, copy_context
from dataclasses import dataclass, field
from threading import Condition
from typing import Final

from litso.errors import LitsoError
from litso.store.database import Store
from litso.telemetry import metrics
from litso.usecases.access import Actor, demand
from litso.usecases.online import Given, Upserted, upsert_records

_MOST: Final = 64
"""Records of one transaction: more would make the first callers wait."""

_PATIENCE: Final = 0.25
"""How long to wait for as many callers as there were before, as a part of the time that the last writing took."""


@dataclass
class _Job:
    """What a caller wants written, and what becomes of it. context: that of his request, for logs and traces."""

    actor: Actor
    given: Sequence[Given]
    done: Future[list[Upserted]] = field(default_factory=Future)
    context: Context = field(default_factory=copy_context)

    def keys(self) -> set[tuple[str, str]]:
        return {(one.source, one.source_id) for one in self.given}


class Gathering:
    """Writes the upserts of callers. A caller's records are written all or none, whoever's else are beside them."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self._lock = Condition()
        self._is_writing = False
        self._expected = 1
        self._seconds = 0.0
        self._waiting: deque[_Job] = deque()
        self._writer = ThreadPoolExecutor(1, "upserts")

    def upsert(self, actor: Actor, given: Sequence[Given]) -> Future[list[Upserted]]:
        """As `upsert_records`, in a transaction of its own or shared; the result comes after the commit.

        A caller that goes away, and cancels it, before the writing has begun is not written.
        """
        demand(actor, "write_records")
        job = _Job(actor, given)
        with self._lock:
            self._waiting.append(job)
            self._lock.notify()
            is_first, self._is_writing = not self._is_writing, True
        if is_first:
            self._writer.submit(self._write_waiting)
        return job.done

    def _write_waiting(self) -> None:
        """Write until nobody waits."""
        while jobs := self._gathered():
            begun = time.monotonic()
            try:
                jobs[0].context.run(self._write, jobs)
            except BaseException as error:  # noqa: BLE001 - whatever it is, the caller is told
                # Its caller is told; those beside it wait again, as it may not be for them that the writing broke down.
                broken, *others = (job for job in jobs if not job.done.done())
                with self._lock:
                    self._waiting.extendleft(reversed(others))
                broken.done.set_exception(error)
            self._seconds = time.monotonic() - begun
            self._expected = len(jobs) + len(self._waiting)

    def _gathered(self) -> list[_Job]:
        """The jobs that are written next; none when nobody waits: then the writing has ended."""
        with self._lock:
            if self._waiting:
                self._lock.wait_for(lambda: len(self._waiting) >= self._expected, self._seconds * _PATIENCE)
            jobs = self._next()
            self._is_writing = bool(jobs)
        return jobs

    def _next(self) -> list[_Job]:
        """The jobs that can be written together: of one actor, each record once, in the order of their coming."""
        taken: list[_Job] = []
        keys: set[tuple[str, str]] = set()
        records = 0
        while self._waiting:
            job = self._waiting[0]
            records += len(job.given)
            if taken and (records > _MOST or job.actor != taken[0].actor or keys & job.keys()):
                break
            self._waiting.popleft()
            if job.done.running() or job.done.set_running_or_notify_cancel():
                keys |= job.keys()
                taken.append(job)
        return taken

    def _write(self, jobs: Sequence[_Job]) -> None:
        try:
            done = iter(self._together(jobs[0].actor, [one for job in jobs for one in job.given]))
        except LitsoError as error:
            if len(jobs) == 1:
                jobs[0].done.set_exception(error)
                return
            for job in jobs:
                self._write([job])
            return
        for job in jobs:
            of_job = [next(done) for _ in job.given]
            for one in of_job:
                metrics.UPSERTED.labels(one.source, one.status).inc()
            job.done.set_result(of_job)

    def _together(self, actor: Actor, given: Sequence[Given]) -> list[Upserted]:
        with self.store.resolving() as connection, metrics.RESOLUTION_SECONDS.labels("upsert").time():
            return upsert_records(connection, actor, given)

"""Upserts of many callers that arrive at the same time, written together: one transaction, one commit.

Who resolves is alone in it, so callers would wait for one another anyway. The first of them writes what has gathered
meanwhile, for all; the others find their records written, and the first of those that came since writes next. Callers
that were answered just now are likely to come again at once, and a record beside seven others costs half of what one
alone does: so who writes next waits for them a moment.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from threading import Condition, Event
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
    """What a caller wants written, and what became of it. turn: it is done, or its caller is to write."""

    actor: Actor
    given: Sequence[Given]
    done: list[Upserted] | LitsoError | None = None
    turn: Event = field(default_factory=Event)

    def keys(self) -> set[tuple[str, str]]:
        return {(one.source, one.source_id) for one in self.given}


class Gathering:
    """Writes the upserts of threads. A caller's records are written all or none, whoever's else are beside them."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._lock = Condition()
        self._is_writing = False
        self._expected = 1
        self._seconds = 0.0
        self._waiting: deque[_Job] = deque()

    def upsert(self, actor: Actor, given: Sequence[Given]) -> list[Upserted]:
        """As `upsert_records`, in a transaction of its own or shared; it is committed when this returns."""
        demand(actor, "write_records")
        job = _Job(actor, given)
        with self._lock:
            self._waiting.append(job)
            self._lock.notify()
            if not self._is_writing:
                self._is_writing = True
                job.turn.set()
        job.turn.wait()
        if job.done is None:
            self._write_next()
        if isinstance(job.done, LitsoError):
            raise job.done
        assert job.done is not None
        return job.done

    def _write_next(self) -> None:
        """Write the first job that waits, which is the caller's, and those that can be written with it."""
        with self._lock:
            self._lock.wait_for(lambda: len(self._waiting) >= self._expected, self._seconds * _PATIENCE)
        jobs = self._next()
        begun = time.monotonic()
        try:
            self._write(jobs)
        finally:
            self._seconds = time.monotonic() - begun
            self._hand_on(jobs)

    def _hand_on(self, jobs: Sequence[_Job]) -> None:
        """Wake up the callers of jobs, and who writes next. What is not done, as the writer broke down, waits again."""
        for job in jobs:
            if job.done is not None:
                job.turn.set()
        with self._lock:
            self._waiting.extendleft(job for job in reversed(jobs[1:]) if job.done is None)
            self._expected = len(jobs) + len(self._waiting)
            self._is_writing = bool(self._waiting)
            if self._waiting:
                self._waiting[0].turn.set()

    def _next(self) -> list[_Job]:
        """The jobs that can be written together: of one actor, each record once, in the order of their coming."""
        taken = [self._waiting.popleft()]
        keys, records = taken[0].keys(), len(taken[0].given)
        while self._waiting:
            job = self._waiting[0]
            records += len(job.given)
            if records > _MOST or job.actor != taken[0].actor or keys & job.keys():
                break
            keys |= job.keys()
            taken.append(self._waiting.popleft())
        return taken

    def _write(self, jobs: Sequence[_Job]) -> None:
        try:
            done = iter(self._together(jobs[0].actor, [one for job in jobs for one in job.given]))
            for job in jobs:
                job.done = [next(done) for _ in job.given]
                for one in job.done:
                    metrics.UPSERTED.labels(one.source, one.status).inc()
        except LitsoError as error:
            if len(jobs) == 1:
                jobs[0].done = error
                return
            for job in jobs:
                self._write([job])

    def _together(self, actor: Actor, given: Sequence[Given]) -> list[Upserted]:
        with self._store.transaction() as connection, metrics.RESOLUTION_SECONDS.labels("upsert").time():
            return upsert_records(connection, actor, given)

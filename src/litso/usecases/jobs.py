"""Background work by kind: what `litso worker` does besides deliveries, and how one job is run.

Every kind may be cut off at any moment and done again: whatever it writes, it writes in transactions of its own that
another run finds done.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Mapping
from datetime import timedelta
from types import MappingProxyType
from typing import Final

from litso.errors import BrokenInvariant, LitsoError, Transient
from litso.settings import Settings
from litso.store import connections, consumers, idempotency, intake, jobs, writebacks
from litso.store.database import Connection, Store
from litso.store.invariants import check_invariants
from litso.store.jobs import Job
from litso.telemetry import logs, metrics, traces
from litso.usecases import (
    audit_alarms,
    background,
    case_refresh,
    collecting,
    exporting,
    graph,
    many_records,
    quality,
    screening,
    writing_back,
)
from litso.usecases.backoff import backoff
from litso.usecases.pinning import release_ended

_LOG: Final = logging.getLogger("litso.jobs")
_FIRST_DELAY: Final = timedelta(seconds=5)

Work = Callable[[Store, Job], None]


def _relate(store: Store, _: Job) -> None:
    """The graph follows records that came one by one."""
    graph.catch_up(store)


def _derive_cases(store: Store, _: Job) -> None:
    """Questions to stewards follow what changed."""
    case_refresh.refresh(store)


def _screen(store: Store, _: Job) -> None:
    """Parties that changed since they were screened are held against the lists."""
    screening.catch_up(store, started_by="worker")


def _measure_quality(store: Store, _: Job) -> None:
    """Quality is measured at least once a day, and when much has changed."""
    quality.measure_if_due(store)


def _release_pins(store: Store, _: Job) -> None:
    """Pins whose end has come are released."""
    release_ended(store)


def _watch_audit(store: Store, _: Job) -> None:
    """Alarms about who is conspicuous in the audit."""
    audit_alarms.watch(store)


def _expire_exports(store: Store, _: Job) -> None:
    """Files of exports whose time is over are gone."""
    exporting.expire(store)


def _return_values(store: Store, _: Job) -> None:
    """Write-backs that run by themselves are asked for."""
    writing_back.ask_for_due(store)


def _check_invariants(store: Store, _: Job) -> None:
    """Nightly: a broken invariant is a failed job and a line in the log."""
    with store.transaction() as connection:
        findings = check_invariants(connection)
    for finding in findings:
        metrics.VIOLATIONS.labels(finding.invariant).set(finding.violations)
    broken = [finding for finding in findings if finding.violations]
    if broken:
        raise BrokenInvariant("broken: " + ", ".join(f"{one.invariant} ({one.violations})" for one in broken))


def _sweep(store: Store, _: Job) -> None:
    """What ended long ago is forgotten: jobs, ids of messages, answers to keys, what is noted of consumers."""
    with store.transaction() as connection:
        jobs.sweep(connection)
        intake.sweep(connection)
        consumers.sweep_log(connection)
        idempotency.sweep(connection)
        connections.sweep_runs(connection)
        writebacks.sweep(connection)


KINDS: Final[Mapping[str, Work]] = MappingProxyType(
    {
        "relate": _relate,
        "derive-cases": _derive_cases,
        "screen": _screen,
        "measure-quality": _measure_quality,
        "release-pins": _release_pins,
        "watch-audit": _watch_audit,
        "expire-exports": _expire_exports,
        "return-values": _return_values,
        "check-invariants": _check_invariants,
        "sweep": _sweep,
        many_records.KIND: many_records.work,
    }
)
"""Kind of job → what it does."""

APART: Final = (frozenset({connections.JOB, writing_back.JOB}), frozenset(background.BEGUN))
"""Kinds with a pair of hands of their own in a worker: a source, or what somebody began, may take hours."""


def kinds_of(settings: Settings) -> Mapping[str, Work]:
    """All work, of those kinds as well that need to know where they are."""

    def run_source(store: Store, job: Job) -> None:
        """A source that is due is run."""
        collecting.collect_if_due(store, settings, job.arguments["source"])

    def make_export(store: Store, job: Job) -> None:
        """An approved export is made."""
        exporting.work(store, settings, job)

    def write_back(store: Store, job: Job) -> None:
        """Golden values go back to a source."""
        writing_back.work(store, settings, job)

    def go_on(store: Store, job: Job) -> None:
        """What somebody began goes on."""
        background.BEGUN[job.kind](store, settings, job)

    own = {connections.JOB: run_source, exporting.KIND: make_export, writing_back.JOB: write_back}
    return MappingProxyType({**KINDS, **own, **dict.fromkeys(background.BEGUN, go_on)})


PERIODIC: Final[Mapping[str, timedelta]] = MappingProxyType(
    {
        "relate": timedelta(minutes=1),
        "derive-cases": timedelta(minutes=1),
        "screen": timedelta(minutes=10),
        "measure-quality": timedelta(hours=1),
        "release-pins": timedelta(minutes=10),
        "watch-audit": timedelta(minutes=5),
        "expire-exports": timedelta(minutes=10),
        "return-values": timedelta(minutes=1),
        "check-invariants": timedelta(days=1),
        "sweep": timedelta(days=1),
    }
)
"""How long after the end of one run the next one is due."""


def run_next(connection: Connection, store: Store, kinds: Mapping[str, Work] = KINDS) -> Job | None:
    """Run the next job that is due, if there is one; answers it as it was taken.

    connection: a session of its own, which holds the job's lock.
    """
    job = jobs.claim(connection, list(kinds))
    if job is None:
        return None
    begun = time.perf_counter()
    with logs.telling(job=job.job_id, kind=job.kind):
        outcome = _run(connection, store, job, kinds[job.kind])
        seconds = time.perf_counter() - begun
        metrics.JOB_SECONDS.labels(job.kind, outcome).observe(seconds)
        logs.tell(_LOG, logging.DEBUG, f"job {outcome}", ms=round(1000 * seconds))
    return job


def _run(connection: Connection, store: Store, job: Job, work: Work) -> str:
    """One run of a job; answers what became of it: done, failed or again."""
    try:
        with traces.span(f"job {job.kind}", "consumer", job__id=job.job_id, job__attempts=job.attempts):
            work(store, job)
    except Transient as error:
        return _try_later(connection, job, error)
    except LitsoError as error:
        _LOG.error("job %d (%s) failed: %s", job.job_id, job.kind, error)
        jobs.fail(connection, job.job_id, str(error))
        return "failed"
    jobs.finish(connection, job.job_id)
    return "done"


def _try_later(connection: Connection, job: Job, error: Transient) -> str:
    if job.attempts >= jobs.MOST_ATTEMPTS:
        _LOG.error("job %d (%s) failed %d times: %s", job.job_id, job.kind, job.attempts, error)
        jobs.fail(connection, job.job_id, str(error))
        return "failed"
    delay = backoff(job.attempts, _FIRST_DELAY, longest=timedelta(minutes=10))
    _LOG.warning("job %d (%s) again in %d s: %s", job.job_id, job.kind, delay.total_seconds(), error)
    jobs.put_back(connection, job.job_id, str(error), delay)
    return "again"

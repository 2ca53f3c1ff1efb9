"""What the store and its pool of connections stand at, told to Prometheus when it comes.

Figures of the store are the same whoever tells them: take them from one of the programs (`max by (…)` in a query). They
are read at most every few seconds, and in bounded time, so that many who ask cost no more than one.
"""

from __future__ import annotations

import time
from collections.abc import Iterable
from threading import Lock
from typing import Any, Final, NamedTuple

from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from litso.errors import LitsoError
from litso.store import locks, standing
from litso.store.database import Store

_KEPT_SECONDS: Final = 5.0
_PATIENCE_SECONDS: Final = 5.0


class _Gauge(NamedTuple):
    """A metric, and which figure of a row it is, after the labels."""

    name: str
    meaning: str
    place: int = 0


class _Question(NamedTuple):
    """The labels of a row, and the metrics that its figures are."""

    labels: tuple[str, ...]
    gauges: tuple[_Gauge, ...]


_QUESTIONS: Final = {
    "jobs": _Question(
        ("kind", "state"),
        (
            _Gauge("litso_jobs", "Background jobs; ended ones of the last day."),
            _Gauge("litso_job_waiting_seconds", "For how long the first job that is due has waited.", 1),
        ),
    ),
    "ended": _Question(
        ("kind",), (_Gauge("litso_job_done_timestamp_seconds", "When a job of this kind was last done."),)
    ),
    "consumers": _Question(
        ("consumer",),
        (
            _Gauge("litso_consumer_lag_events", "Events that the consumer does not have yet, before its filters."),
            _Gauge("litso_consumer_lag_seconds", "Age of the first of them.", 1),
            _Gauge("litso_consumer_failures", "Failed deliveries in a row.", 2),
            _Gauge("litso_consumer_active", "1: it is delivered to; 0: paused or stopped.", 3),
        ),
    ),
    "loads": _Question(("source", "state"), (_Gauge("litso_loads", "Loads of the last 30 days."),)),
    "loaded": _Question(
        ("source",), (_Gauge("litso_load_done_timestamp_seconds", "When a load of the source was last done."),)
    ),
    "quarantined": _Question(("source",), (_Gauge("litso_quarantined_rows", "Rows that wait in quarantine."),)),
    "cases": _Question(("kind", "state"), (_Gauge("litso_cases", "Questions to stewards that wait."),)),
    "editions": _Question(("kind",), (_Gauge("litso_reference_age_seconds", "Age of the reference data in use."),)),
    "size": _Question((), (_Gauge("litso_store_bytes", "Size of the database."),)),
}
"""Question of sql/standing.sql → labels of its rows, and its metrics."""

_POOL: Final = {
    "pool_size": _Gauge("litso_pool_connections", "Connections to the store that are open."),
    "pool_available": _Gauge("litso_pool_connections_idle", "Connections that wait for work."),
    "pool_max": _Gauge("litso_pool_connections_most", "Connections that may be open."),
    "requests_waiting": _Gauge("litso_pool_waiting", "Requests that wait for a connection."),
    "requests_num": _Gauge("litso_pool_requests", "Requests for a connection since the start."),
    "requests_wait_ms": _Gauge("litso_pool_wait_milliseconds", "Time that they waited since the start."),
}


class StoreGauges(Collector):
    """The figures of one program's pool and of the store behind it."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._lock = Lock()
        self._told: list[Metric] = []
        self._at = -_KEPT_SECONDS

    def collect(self) -> Iterable[Metric]:
        """Every figure; without an answer of the store only that it gives none."""
        figures = self._store.pool_figures()
        pool = [_single(one, figures.get(name, 0)) for name, one in _POOL.items()]
        with self._lock:
            if time.monotonic() - self._at >= _KEPT_SECONDS:
                self._told = self._ask()
                self._at = time.monotonic()
            return [*pool, *self._told]

    def _ask(self) -> list[Metric]:
        up = _Gauge("litso_store_up", "1: the store answers.")
        try:
            with self._store.transaction(patience=_PATIENCE_SECONDS) as connection:
                standing.limit_time(connection, _PATIENCE_SECONDS)
                workers = locks.holders(connection, locks.WORKER)
                answers = {what: standing.read(connection, what) for what in _QUESTIONS}
        except LitsoError:
            return [_single(up, 0)]
        found = [family for what, rows in answers.items() for family in _families(what, rows)]
        return [_single(up, 1), _single(_Gauge("litso_workers", "Workers at work."), workers), *found]


def _families(what: str, rows: list[tuple[Any, ...]]) -> Iterable[Metric]:
    labels, gauges = _QUESTIONS[what]
    for gauge in gauges:
        family = GaugeMetricFamily(gauge.name, gauge.meaning, labels=labels)
        for row in rows:
            family.add_metric(list(row[: len(labels)]), row[len(labels) + gauge.place])
        yield family


def _single(gauge: _Gauge, value: float) -> Metric:
    return GaugeMetricFamily(gauge.name, gauge.meaning, value=value)


def names() -> frozenset[str]:
    """Every metric that this module tells."""
    of_store = (gauge.name for question in _QUESTIONS.values() for gauge in question.gauges)
    return frozenset({"litso_store_up", "litso_workers", *of_store, *(gauge.name for gauge in _POOL.values())})

"""Every figure that the program counts while it works, by name; Prometheus comes for them.

Labels are names that we or an administrator gave (routes, kinds of jobs, consumers, sources), never values of data: so
their number is bounded and nothing personal is told. What the store knows is told by `litso.usecases.gauges`.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Final

from prometheus_client import (
    CONTENT_TYPE_LATEST,
    CollectorRegistry,
    Counter,
    Gauge,
    GCCollector,
    Histogram,
    PlatformCollector,
    ProcessCollector,
    generate_latest,
)
from prometheus_client.multiprocess import MultiProcessCollector, mark_process_dead
from prometheus_client.registry import Collector

from litso import __version__

MEDIA_TYPE: Final = CONTENT_TYPE_LATEST
REGISTRY: Final = CollectorRegistry()

_FOLDER: Final = "PROMETHEUS_MULTIPROC_DIR"
"""Variable by which the library keeps figures in files of a folder, where those of several processes are added up. The
library reads it when it is imported, so it counts for processes that are begun with it."""

_QUICK: Final = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)
_LONG: Final = (0.01, 0.1, 1, 5, 15, 60, 300, 900, 3600)
_LAG: Final = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 15, 60, 600, 3600)

ProcessCollector(registry=REGISTRY)
PlatformCollector(registry=REGISTRY)
GCCollector(registry=REGISTRY)

BUILD: Final = Gauge(
    "litso_build_info", "The version that runs: always 1.", ["version"], registry=REGISTRY, multiprocess_mode="max"
)
BUILD.labels(__version__).set(1)

REQUESTS: Final = Counter("litso_http_requests", "Requests answered.", ["method", "route", "status"], registry=REGISTRY)
REQUEST_SECONDS: Final = Histogram(
    "litso_http_request_seconds", "Time to answer.", ["method", "route"], buckets=_QUICK, registry=REGISTRY
)
REQUESTS_NOW: Final = Gauge(
    "litso_http_requests_in_progress", "Requests under way.", registry=REGISTRY, multiprocess_mode="livesum"
)

UPSERTED: Final = Counter(
    "litso_upserted_records", "Records that came one by one.", ["source", "status"], registry=REGISTRY
)
RESOLUTION_SECONDS: Final = Histogram(
    "litso_resolution_seconds",
    "Time to place records and settle their parties, in the transaction of their cause.",
    ["cause"],
    buckets=(*_QUICK, 60, 300, 1800),
    registry=REGISTRY,
)

JOB_SECONDS: Final = Histogram(
    "litso_job_seconds", "Time of one run of a job.", ["kind", "outcome"], buckets=_LONG, registry=REGISTRY
)
VIOLATIONS: Final = Gauge(
    "litso_invariant_violations",
    "What the last check found, in this worker.",
    ["invariant"],
    registry=REGISTRY,
    multiprocess_mode="mostrecent",
)

DELIVERIES: Final = Counter(
    "litso_deliveries", "Events posted to a consumer.", ["consumer", "outcome"], registry=REGISTRY
)
DELIVERY_SECONDS: Final = Histogram(
    "litso_delivery_seconds",
    "From the moment of a change to its receipt by the consumer.",
    ["consumer"],
    buckets=_LAG,
    registry=REGISTRY,
)


def exposition(others: Sequence[Collector] = ()) -> bytes:
    """Every figure in the text format of Prometheus, with those of other collectors.

    Where several processes serve, the sum of theirs, without what is of one process alone: its memory, its garbage.
    """
    told = [generate_latest(_all_processes() if _FOLDER in os.environ else REGISTRY)]
    for other in others:
        registry = CollectorRegistry()
        registry.register(other)
        told.append(generate_latest(registry))
    return b"".join(told)


def _all_processes() -> CollectorRegistry:
    registry = CollectorRegistry()
    MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    return registry


@contextmanager
def added_up(folder: str) -> Iterator[None]:
    """Tell the figures of processes that are begun within, which keep them in this folder, not those of this one."""
    os.environ[_FOLDER] = folder
    try:
        yield
    finally:
        del os.environ[_FOLDER]


def forget(pid: int) -> None:
    """A process that told figures has ended: what it had under way counts no more."""
    mark_process_dead(pid)  # type: ignore[no-untyped-call]

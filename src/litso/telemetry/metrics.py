"""Every figure that the program counts while it works, by name; Prometheus comes for them.

Labels are names that we or an administrator gave (routes, kinds of jobs, consumers, sources), never values of data: so
their number is bounded and nothing personal is told. What the store knows is told by `litso.usecases.gauges`.
"""

from __future__ import annotations

from collections.abc import Sequence
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
from prometheus_client.registry import Collector

from litso import __version__

MEDIA_TYPE: Final = CONTENT_TYPE_LATEST
REGISTRY: Final = CollectorRegistry()

_QUICK: Final = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)
_LONG: Final = (0.01, 0.1, 1, 5, 15, 60, 300, 900, 3600)
_LAG: Final = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 15, 60, 600, 3600)

ProcessCollector(registry=REGISTRY)
PlatformCollector(registry=REGISTRY)
GCCollector(registry=REGISTRY)

BUILD: Final = Gauge("litso_build_info", "The version that runs: always 1.", ["version"], registry=REGISTRY)
BUILD.labels(__version__).set(1)

REQUESTS: Final = Counter("litso_http_requests", "Requests answered.", ["method", "route", "status"], registry=REGISTRY)
REQUEST_SECONDS: Final = Histogram(
    "litso_http_request_seconds", "Time to answer.", ["method", "route"], buckets=_QUICK, registry=REGISTRY
)
REQUESTS_NOW: Final = Gauge("litso_http_requests_in_progress", "Requests under way.", registry=REGISTRY)

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
    "litso_invariant_violations", "What the last check found, in this worker.", ["invariant"], registry=REGISTRY
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
    """Every figure in the text format of Prometheus, with those of other collectors."""
    told = [generate_latest(REGISTRY)]
    for other in others:
        registry = CollectorRegistry()
        registry.register(other)
        told.append(generate_latest(registry))
    return b"".join(told)

"""Traces by OpenTelemetry, for those who set OTEL_EXPORTER_OTLP_ENDPOINT; nothing is made or sent without it.

A span is a request, a use case, a statement of SQL by its name, a job, a delivery. Its attributes are names and counts
of ours; parameters of statements and words of errors are never among them. The extra `traces` brings the libraries.
"""

from __future__ import annotations

import functools
import os
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Final, ParamSpec, TypeVar

from litso import __version__
from litso.errors import Misconfigured

P = ParamSpec("P")
R = TypeVar("R")

_ENDPOINTS: Final = ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "OTEL_EXPORTER_OTLP_ENDPOINT")
_TRACEPARENT: Final = re.compile(r"00-([0-9a-f]{32})-[0-9a-f]{16}-[0-9a-f]{2}")
_NO_TRACE: Final = "0" * 32

_tracer: Any = None
_provider: Any = None


def is_wanted(environment: Mapping[str, str] = os.environ) -> bool:
    """Whether the environment names somebody who takes traces."""
    is_off = environment.get("OTEL_SDK_DISABLED", "").lower() == "true"
    is_none = environment.get("OTEL_TRACES_EXPORTER", "otlp") == "none"
    return any(environment.get(name) for name in _ENDPOINTS) and not is_off and not is_none


def is_on() -> bool:
    """Whether spans are made in this process."""
    return _tracer is not None


def set_up_traces(service: str) -> None:
    """Send spans from now on where the OTEL_ variables say. Misconfigured when the libraries are missing."""
    global _tracer, _provider
    if not is_wanted():
        return
    try:
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
        from opentelemetry.sdk.resources import Resource
        from opentelemetry.sdk.trace import TracerProvider
        from opentelemetry.sdk.trace.export import BatchSpanProcessor
    except ImportError as error:
        raise Misconfigured("OTEL_EXPORTER_OTLP_ENDPOINT is set: install litso[traces]") from error
    resource = Resource.create({"service.name": os.environ.get("OTEL_SERVICE_NAME", service)})
    _provider = TracerProvider(resource=resource)
    _provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
    _tracer = _provider.get_tracer("litso", __version__)


def end_traces() -> None:
    """Send what is left, then make no more spans."""
    global _tracer, _provider
    if _provider is not None:
        _provider.shutdown()
    _tracer = _provider = None


@contextmanager
def span(
    name: str, kind: str = "internal", parent: Mapping[str, str] | None = None, **attributes: Any
) -> Iterator[Any]:
    """One piece of work; None where no spans are made.

    kind: internal, server, client, producer or consumer. parent: headers of a caller, with his traceparent. Names of
    attributes have dots where the keywords have double underscores.
    """
    if _tracer is None:
        yield None
        return
    from opentelemetry.propagate import extract
    from opentelemetry.trace import SpanKind, Status, StatusCode

    context = extract(parent) if parent is not None else None
    named = {key.replace("__", "."): value for key, value in attributes.items()}
    with _tracer.start_as_current_span(
        name, context, SpanKind[kind.upper()], named, record_exception=False, set_status_on_exception=False
    ) as made:
        try:
            yield made
        except BaseException as error:
            made.set_attribute("error.type", type(error).__name__)
            made.set_status(Status(StatusCode.ERROR))
            raise


def traced(work: Callable[P, R]) -> Callable[P, R]:
    """A use case that is a span of its own."""
    name = f"{work.__module__.rsplit('.', 1)[-1]}.{work.__name__}"

    @functools.wraps(work)
    def with_span(*arguments: P.args, **named: P.kwargs) -> R:
        if _tracer is None:
            return work(*arguments, **named)
        with span(name):
            return work(*arguments, **named)

    return with_span


def outgoing() -> dict[str, str]:
    """Headers that tell a peer of the span that it is called in."""
    if _tracer is None:
        return {}
    from opentelemetry.propagate import inject

    headers: dict[str, str] = {}
    inject(headers)
    return {name: value for name, value in headers.items() if name in ("traceparent", "tracestate")}


def trace_id(headers: Mapping[str, str]) -> str | None:
    """The trace of the present span, else the one that a caller named."""
    if _tracer is not None:
        from opentelemetry.trace import format_trace_id, get_current_span

        found = format_trace_id(get_current_span().get_span_context().trace_id)
        if found != _NO_TRACE:
            return found
    named = _TRACEPARENT.fullmatch(headers.get("traceparent", ""))
    return named[1] if named else None

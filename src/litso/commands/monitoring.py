"""A small server of its own for those who watch the program: /metrics, /health, /ready at LITSO_METRICS_LISTEN.

It is apart from the web interface, so that it can stay on an inner address, and answers while that is busy. The worker,
who has no other, has it too.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Final

import msgspec

from litso import __version__
from litso.errors import Misconfigured
from litso.settings import Settings
from litso.store.database import Store
from litso.telemetry import metrics
from litso.usecases.gauges import StoreGauges
from litso.usecases.readiness import is_ready, look

_SECONDS: Final = 30.0
_JSON: Final = "application/json"

Answer = tuple[int, str, bytes]
"""Status, media type, body."""


@contextmanager
def monitored(
    store: Store, settings: Settings, *, is_worker: bool = False, is_ending: Callable[[], bool]
) -> Iterator[None]:
    """Answer at LITSO_METRICS_LISTEN, where it is set, as long as the context."""
    if settings.metrics_listen is None:
        yield
        return
    gauges = StoreGauges(store)
    answers: dict[str, Callable[[], Answer]] = {
        "/health": lambda: (200, _JSON, msgspec.json.encode({"status": "ok", "version": __version__})),
        "/ready": lambda: _ready(store, settings, is_worker, is_ending),
        "/metrics": lambda: (200, metrics.MEDIA_TYPE, metrics.exposition([gauges])),
    }
    with _server(settings.metrics_listen, answers) as server:
        thread = Thread(target=server.serve_forever, args=(0.1,), name="monitoring", daemon=True)
        thread.start()
        try:
            yield
        finally:
            server.shutdown()
            thread.join()


def _ready(store: Store, settings: Settings, is_worker: bool, is_ending: Callable[[], bool]) -> Answer:
    checks = look(store, settings, is_worker=is_worker, is_ending=is_ending)
    status = 200 if is_ready(checks) else 503
    told = {"status": "ok" if status == 200 else "failed", "version": __version__}
    return status, _JSON, msgspec.json.encode({**told, "checks": [one._asdict() for one in checks]})


def _server(address: tuple[str, int], answers: dict[str, Callable[[], Answer]]) -> ThreadingHTTPServer:
    class Handler(BaseHTTPRequestHandler):
        timeout = _SECONDS
        server_version, sys_version = "litso", ""

        def do_GET(self) -> None:
            known = answers.get(self.path.split("?")[0])
            status, media_type, body = known() if known else (404, "text/plain", b"")
            self.send_response(status)
            self.send_header("Content-Type", media_type)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *arguments: object) -> None:
            """Who comes each few seconds is in no log."""

    try:
        server = ThreadingHTTPServer(address, Handler)
    except OSError as error:
        host, port = address
        raise Misconfigured(f"LITSO_METRICS_LISTEN: cannot listen on {host}:{port}: {error.strerror}") from error
    server.daemon_threads = True
    return server

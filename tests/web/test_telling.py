"""What server and worker tell of themselves: whole requests with personal data go through both, and no value comes out
in a log, a metric or a span; yet each request is found in all three."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, NamedTuple

import httpx
import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from served_program import PATIENCE_SECONDS, wait_for
from small_town import Place, party_id

from http_peer import Peer, peer
from litso.store.sealing import new_key
from loopback import free_port

TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"
PERSON = {
    "full_name": "Неповторимова Варвара Ефремовна",
    "phone": "+7 927 555-44-33",
    "email": "varvara.nepovtorimova@mail.ru",
    "address": "г Самара, ул Галактионовская, д 77, кв 31",
    "birth_date": "17.03.1969",
    "account": "00077553311",
    "passport": "3605 998877",
    "snils": "112-233-445 95",
}
FORBIDDEN = (
    "Неповторимова", "НЕПОВТОРИМОВА", "неповторимова", "Варвара", "Ефремовна", "79275554433", "9275554433", "555-44-33",
    "varvara", "Галактионовская", "17.03.1969", "1969-03-17", "00077553311", "77553311", "998877", "11223344595",
    "445 95", "Иванов", "иванов", "79123456789", "ivanov.petr", "00081234", "Ленина", "Петрова", "3605123456",
)  # fmt: skip
"""Values of the person that comes, and of the one who is there already."""


@contextmanager
def collector() -> Iterator[tuple[str, list[Any]]]:
    """A collector of OpenTelemetry on the loopback: its URL, and the spans that came."""
    spans: list[Any] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            for resource in ExportTraceServiceRequest.FromString(body).resource_spans:
                for scope in resource.scope_spans:
                    spans.extend(scope.spans)
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", spans
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class Told(NamedTuple):
    """What a day of work told: log lines of the server and the worker, metrics of both, spans, what the webhook got."""

    server: str
    worker: str
    metrics: str
    spans: list[Any]
    hook: Peer


@contextmanager
def program(command: str, log: Path, metrics: int, **environment: str) -> Iterator[subprocess.Popen[bytes]]:
    """A program of ours with JSON in its log; told to end at the end."""
    given = {"LITSO_LOG": "json", "LITSO_LOG_LEVEL": "debug", "LITSO_METRICS_LISTEN": f"127.0.0.1:{metrics}"}
    words = [sys.executable, "-m", "litso", *command.split()]
    with (
        log.open("wb") as output,
        subprocess.Popen(words, env={**os.environ, **environment, **given}, stderr=output) as one,
    ):
        try:
            wait_for(metrics)
            yield one
        finally:
            one.send_signal(signal.SIGTERM)
        assert one.wait(PATIENCE_SECONDS) == 0


def live(place: Place, url: str) -> None:
    """Requests with personal data, right and wrong ones, by a program and by a visitor."""
    ivanov = party_id("ivanov")
    headers = {
        "Authorization": f"Bearer {place.tokens['integrator']}",
        "traceparent": f"00-{TRACE}-00f067aa0ba902b7-01",
    }
    record = {"source": "crm", "source_id": "W-1", "attributes": PERSON}
    wrong = {"source": "crm", "source_id": "W-2", "attributes": {"Неповторимова": "Варвара"}}
    with httpx.Client(base_url=url, headers=headers, timeout=60) as client:
        made = client.post("/v1/records", json=record, headers={"X-Request-ID": "79275554433"})
        assert made.status_code == 200, made.text
        assert re.fullmatch("[0-9a-f]{32}", made.headers["X-Request-ID"])
        party = made.json()["items"][0]["party_id"]
        for path, parameters in [
            (f"/v1/parties/{party}", {}),
            (f"/v1/parties/{party}", {"purpose": "support"}),
            (f"/v1/parties/{ivanov}/timeline", {}),
            ("/v1/parties", {"q": "Неповторимова Варвара"}),
            ("/v1/parties", {"phone": "+79275554433"}),
            ("/v1/parties", {"account": "00081234"}),
            ("/v1/accounts/00077553311", {}),
            ("/v1/parties/Иванов", {}),
            ("/nowhere/Иванов/79123456789", {}),
            ("/sign-in", {"next": "/parties?q=Иванов"}),
        ]:
            assert client.get(path, params=parameters, headers={"X-Request-ID": "request-of-test"}).status_code < 500
        assert client.post("/v1/records", json=wrong).status_code == 422
        assert client.post("/v1/match", json={"attributes": PERSON}).status_code == 200
        sides = {"left": {"source": "crm", "source_id": "W-1"}, "right": {"source": "crm", "source_id": "C-18"}}
        verdict = {"verdict": "same", **sides, "reason": "Иванов сказал"}
        steward = {"Authorization": f"Bearer {place.tokens['steward']}", "If-Match": "*"}
        judged = client.post("/v1/judgements", json=verdict, headers=steward)
        assert judged.status_code == 201, judged.text


@pytest.fixture(scope="module")
def told(place: Place, tmp_path_factory: pytest.TempPathFactory) -> Told:
    home = tmp_path_factory.mktemp("home")
    (home / "key").write_text(new_key())
    port, server_metrics, worker_metrics = free_port(), free_port(), free_port()
    with ExitStack() as stack:
        endpoint, spans = stack.enter_context(collector())
        hook = stack.enter_context(peer())
        environment = {
            "LITSO_DATABASE_URL": place.store.url,
            "LITSO_HOME": str(home),
            "LITSO_SECRET_KEY_FILE": str(home / "key"),
            "LITSO_WEBHOOK_NETWORKS": "127.0.0.0/8",
            "OTEL_EXPORTER_OTLP_ENDPOINT": endpoint,
        }
        server_log, worker_log = home / "server.log", home / "worker.log"
        with (
            program(f"serve --port {port}", server_log, server_metrics, **environment),
            program("worker", worker_log, worker_metrics, **environment),
        ):
            wait_for(port)
            administrator = {"Authorization": f"Bearer {place.tokens['administrator']}"}
            consumer = {"name": "billing-desk", "purpose": "support", "fields": ["full_name", "phones"],
                        "delivery": "webhook", "address": hook.url}  # fmt: skip
            url = f"http://127.0.0.1:{port}"
            made = httpx.post(f"{url}/v1/consumers", json=consumer, headers=administrator, timeout=60)
            assert made.status_code == 201, made.text
            live(place, url)
            deadline = time.monotonic() + PATIENCE_SECONDS
            while not hook.received and time.monotonic() < deadline:
                time.sleep(0.1)
            metrics = "".join(
                httpx.get(f"http://127.0.0.1:{one}/metrics").text for one in (server_metrics, worker_metrics)
            )
            ready = httpx.get(f"http://127.0.0.1:{worker_metrics}/ready")
            assert (ready.status_code, {one["name"] for one in ready.json()["checks"]}) == (
                200, {"store", "schema", "worker", "disk"})  # fmt: skip
        return Told(server_log.read_text(), worker_log.read_text(), metrics, spans, hook)


@pytest.mark.parametrize("value", FORBIDDEN)
def test_no_value_is_told(told: Told, value: str) -> None:
    for text in (told.server, told.worker, told.metrics, "\n".join(map(str, told.spans))):
        assert value not in text
        assert value.encode("unicode_escape").decode() not in text


def json_lines(log: str) -> list[dict[str, Any]]:
    """Lines of a log; what a library writes by itself when the process ends is none of ours."""
    return [json.loads(line) for line in log.split("nanobind: ")[0].splitlines()]


def test_the_log_is_json_and_tells_of_each_request(told: Told) -> None:
    lines = json_lines(told.server)
    of_requests = [line for line in lines if line["logger"] == "litso.http"]
    upsert = next(line for line in of_requests if line["message"] == "POST /v1/records")
    assert (upsert["status"], upsert["actor"], upsert["trace"]) == (200, "a integrator", TRACE)
    assert upsert["ms"] > 0
    assert {line["route"] for line in of_requests} >= {"/v1/parties", "/v1/parties/{party_id}", "/{path}"}
    assert sum(line["request"] == "request-of-test" for line in of_requests) == 10
    assert json_lines(told.worker)


def test_metrics_tell_of_the_work(told: Told) -> None:
    for metric in (
        'litso_http_requests_total{method="POST",route="/v1/records",status="200"} 1.0',
        'litso_upserted_records_total{source="crm",status="inserted"} 1.0',
        'litso_resolution_seconds_count{cause="upsert"} ',
        'litso_deliveries_total{consumer="billing-desk",outcome="delivered"}',
        'litso_quarantined_rows{source="billing"} 2.0',
        'litso_loads{source="crm",state="held"} 1.0',
        "litso_store_up 1.0",
        "litso_workers 1.0",
        "litso_pool_connections ",
        "litso_job_seconds_count{",
    ):
        assert metric in told.metrics, metric


def test_spans_go_from_the_request_to_its_statements(told: Told) -> None:
    by_id = {span.span_id: span for span in told.spans}
    upsert = next(span for span in told.spans if span.name == "POST /v1/records" and span.trace_id.hex() == TRACE)
    assert upsert.parent_span_id.hex() == "00f067aa0ba902b7"

    def above(span: Any) -> list[str]:
        names = []
        while span is not None:
            names.append(span.name)
            span = by_id.get(span.parent_span_id)
        return names

    paths = {tuple(above(span)) for span in told.spans}
    assert ("records.put", "online.upsert_records", "POST /v1/records") in paths
    assert ("profile.read", "profiles.read_card", "GET /v1/parties/{party_id}") in paths
    assert any(path[-1].startswith("job ") for path in paths)
    assert {span.name for span in told.spans} >= {"deliver"}


def test_webhooks_bear_the_trace_of_their_delivery(told: Told) -> None:
    deliveries = {span.span_id.hex() for span in told.spans if span.name == "deliver"}
    assert told.hook.received[0].headers["traceparent"].split("-")[2] in deliveries

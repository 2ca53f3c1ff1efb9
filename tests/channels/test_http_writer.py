"""Rows of a service: looked at, changed under the version that was seen, and what each answer means."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import closing
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from http_peer import LOOPBACK
from litso.channels.http_writer import HttpWriter, demand_template
from litso.domain.returning import Change, Outcome, Task
from litso.errors import BadUsage, SourceUnusable, Transient


class Service:
    """Objects by path, each with a version. forced: statuses by method; meddles: each look is followed by a change."""

    def __init__(self) -> None:
        self.objects: dict[str, tuple[int, Any]] = {}
        self.asked: list[tuple[str, str, dict[str, str], Any]] = []
        self.forced: dict[str, int] = {}
        self.meddles = False
        self.url = ""


@pytest.fixture
def service() -> Iterator[Service]:
    found = Service()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            headers = {name.lower(): value for name, value in self.headers.items()}
            found.asked.append((self.command, self.path, headers, json.loads(body) if body else None))
            status, version, answer = self._answer(found.asked[-1][3], headers)
            text = json.dumps(answer, ensure_ascii=False).encode()
            self.send_response(status)
            self.send_header("ETag", f'"{version}"')
            self.send_header("Content-Length", str(len(text)))
            self.end_headers()
            self.wfile.write(text)

        def _answer(self, body: Any, headers: dict[str, str]) -> tuple[int, int, Any]:
            if self.command in found.forced:
                return found.forced[self.command], 0, {}
            if self.path not in found.objects:
                return 404, 0, {}
            version, value = found.objects[self.path]
            if self.command == "GET":
                if found.meddles:
                    found.objects[self.path] = (version + 1, value)
                return 200, version, value
            if headers.get("if-match") != f'"{version}"':
                return 412, version, {}
            found.objects[self.path] = (version + 1, body if self.command == "PUT" else merged(value, body))
            return 200, version + 1, {}

        def do_PUT(self) -> None:
            self.do_GET()

        def do_PATCH(self) -> None:
            self.do_GET()

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    found.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    yield found
    server.shutdown()
    server.server_close()
    thread.join()


def merged(value: Any, patch: Any) -> Any:
    if not isinstance(patch, dict) or not isinstance(value, dict):
        return patch
    return value | {name: merged(value.get(name), one) for name, one in patch.items()}


def write(service: Service, *changes: Change, key: str = "17", method: str = "PATCH", token: str = "t0ken") -> Outcome:
    with closing(HttpWriter(f"{service.url}/clients/{{id}}", method, token, LOOPBACK)) as writer:
        return writer.write(Task({"id": key}, changes))


MAIL = Change("emails", "mail", None, "anna@mail.ru")


@pytest.mark.parametrize("method", ["PATCH", "PUT"])
def test_a_row_is_changed_under_the_version_that_was_seen(service: Service, method: str) -> None:
    service.objects["/clients/17"] = (5, {"id": 17, "mail": None, "rate": 1.5, "contact": {"tel": "1", "fax": "2"}})
    tel = Change("phones", "contact.tel", "1", "+79270000001")
    assert write(service, MAIL, tel, method=method) == Outcome("written")
    version, value = service.objects["/clients/17"]
    assert (version, value) == (
        6, {"id": 17, "mail": "anna@mail.ru", "rate": 1.5, "contact": {"tel": "+79270000001", "fax": "2"}}
    )  # fmt: skip
    asked, _, headers, body = service.asked[-1]
    assert (asked, headers["if-match"], headers["authorization"]) == (method, '"5"', "Bearer t0ken")
    assert method == "PUT" or body == {"mail": "anna@mail.ru", "contact": {"tel": "+79270000001"}}
    assert write(service, MAIL, tel) == Outcome("written", "Так уже и было.")
    assert [one[0] for one in service.asked].count(method) == 1


def test_a_row_with_another_value_is_a_conflict(service: Service) -> None:
    service.objects["/clients/17"] = (5, {"mail": "own@mail.ru"})
    assert write(service, MAIL).what == "conflict"
    assert [one[0] for one in service.asked] == ["GET"]
    service.objects["/clients/17"] = (5, {"mail": ""})
    service.meddles = True
    assert write(service, MAIL).what == "conflict", "it was changed between the look and the change"


def test_what_there_is_not_is_missing_and_names_are_quoted(service: Service) -> None:
    assert write(service, MAIL, key="a/b?c d").what == "missing"
    assert service.asked[-1][1] == "/clients/a%2Fb%3Fc%20d"


@pytest.mark.parametrize(
    ("status", "what"), [(400, "refused"), (422, "refused"), (409, "conflict"), (412, "conflict"), (410, "missing")]
)
def test_each_answer_means_something_for_the_row(service: Service, status: int, what: str) -> None:
    service.objects["/clients/17"] = (5, {"mail": None})
    service.forced["PATCH"] = status
    assert write(service, MAIL).what == what


@pytest.mark.parametrize(
    ("status", "error"), [(401, SourceUnusable), (403, SourceUnusable), (429, Transient), (503, Transient)]
)
def test_what_concerns_all_rows_is_raised(service: Service, status: int, error: type[Exception]) -> None:
    service.forced["GET"] = status
    with pytest.raises(error):
        write(service, MAIL)


def test_an_answer_that_is_no_object_is_refused(service: Service) -> None:
    service.objects["/clients/17"] = (5, ["mail"])
    assert write(service, MAIL).what == "refused"


@pytest.mark.parametrize(
    "template",
    ["http://127.0.0.1/x", "http://127.0.0.1/{id}/{other}", "http://{id}/x", "ftp://127.0.0.1/{id}",
     "http://127.0.0.1/{id}#x"],
)  # fmt: skip
def test_a_template_names_the_row_and_nothing_else(template: str) -> None:
    with pytest.raises(BadUsage):
        demand_template(template, ("id",), LOOPBACK)


def test_a_good_template_is_taken() -> None:
    demand_template("http://127.0.0.1:8080/api/{id}?full=1", ("id",), LOOPBACK)

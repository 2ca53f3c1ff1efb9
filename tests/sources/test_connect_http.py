"""A service over HTTP as a source: the exam against a real server on this machine, every kind of paging, politeness."""

from __future__ import annotations

import base64
import json
import threading
from collections.abc import Iterator
from contextlib import closing
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, ClassVar
from urllib.parse import parse_qs, urlsplit

import pytest
from connector_exam import COLUMNS, SECRET, Desk, Exam, Peer, Row, row

from litso.errors import LitsoError, Misconfigured, SourceUnusable, Transient
from litso.sources.connectors.config import parse_connection
from litso.sources.connectors.http import HttpSource
from litso.sources.connectors.port import Position, Rows
from litso.usecases import connecting
from tcp_door import Door, door_to

SIZE = 100


class Service(Peer):
    """A service with pages, a cursor of time, a token."""

    paging: ClassVar[str] = "page: {next: meta.next}"

    def __init__(self, door: Door, rows: dict[str, Row]) -> None:
        self.rows, self.door = rows, door
        self.columns = list(COLUMNS)

    def put(self, *rows: Row) -> None:
        self.rows.update({one["id"]: {name: one.get(name, "") for name in self.columns} for one in rows})

    def delete(self, *ids: str) -> None:
        for one in ids:
            self.rows[one] |= {"gone": "1", "changed": "2026-10-02 10:00:00"}

    def add_column(self) -> None:
        self.columns.append("more")

    def go_away(self) -> None:
        self.door.close()

    def come_back(self) -> None:
        self.door.open()

    def settings(self, secret: str) -> str:
        return (
            f"http: {{url: 'http://127.0.0.1:{self.door.port}/clients', rows: data.items, {self.paging},"
            f" since: {{parameter: since, column: changed}}, authorization: {{bearer: {{file: {secret}}}}}}}"
        )


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    rows: ClassVar[dict[str, Row]] = {}
    answers: ClassVar[list[tuple[int, dict[str, str]]]] = []
    """Answers to the next requests, instead of rows."""
    asked: ClassVar[list[tuple[str, dict[str, str]]]] = []

    def do_GET(self) -> None:
        self.answer(*self.found())

    def found(self) -> tuple[int, Any, dict[str, str]]:
        type(self).asked.append((self.path, {name.lower(): value for name, value in self.headers.items()}))
        if self.answers:
            status, headers = self.answers.pop(0)
            return status, {}, headers
        basic = "Basic " + base64.b64encode(f"reader:{SECRET}".encode()).decode()
        given = self.headers.get("Authorization", "").encode("latin-1").decode()
        if given not in (f"Bearer {SECRET}", basic):
            return 401, {}, {}
        query = {name: values[-1] for name, values in parse_qs(urlsplit(self.path).query).items()}
        found = [one for one in self.rows.values() if one["changed"] >= query.get("since", "")]
        found.sort(key=lambda one: int(one["id"]))
        if "all" in query:
            tag = f'"{hash(json.dumps(found))}"'
            if self.headers.get("If-None-Match") == tag:
                return 304, None, {"ETag": tag}
            return 200, found, {"ETag": tag}
        start = int(query.get("offset", int(query.get("page", 1)) * SIZE - SIZE)) + int(query.get("token", 0))
        is_more = start + SIZE < len(found)
        following = urlsplit(self.path)._replace(query=f"since={query.get('since', '')}&token={start + SIZE}").geturl()
        meta = {"next": following, "token": str(start + SIZE)} if is_more else {"next": None, "token": None}
        link = {"Link": f'<{following}>; rel="next"'} if is_more else {}
        return 200, {"data": {"items": found[start : start + SIZE]}, "meta": meta}, link

    def answer(self, status: int, body: Any, headers: dict[str, str]) -> None:
        data = b"" if body is None else json.dumps(body).encode()
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def service() -> Iterator[int]:
    """A server without rows; its port."""
    Handler.rows, Handler.answers, Handler.asked = {}, [], []
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    yield server.server_port
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def peer(service: int) -> Iterator[Service]:
    with door_to(("127.0.0.1", service)) as door:
        yield Service(door, Handler.rows)


class TestExam(Exam):
    """The exam of connectors."""


def fetched(text: str, checkpoint: dict[str, Any] | None = None, pauses: list[float] | None = None) -> list[Rows]:
    """What a fetch brings, without waiting."""
    settings = parse_connection(f"source: crm\n{text}", "crm").settings
    source = HttpSource(settings, pause=(pauses if pauses is not None else []).append)  # type: ignore[arg-type]
    with closing(source):
        found = list(source.fetch(Position(checkpoint or {}, lambda marks: set()), Path("/")))
    return [piece for piece in found if isinstance(piece, Rows)]


@pytest.fixture
def secret(tmp_path: Path) -> Path:
    path = tmp_path / "secret"
    path.write_text(SECRET)
    return path


PAGINGS = [
    ("page: {next: meta.next}", 3),
    ("page: link", 3),
    ("page: {cursor: meta.token, parameter: token}", 3),
    ("page: {number: page, size: 100}", 3),
    ("page: {offset: offset, size: 100}", 3),
]


@pytest.mark.parametrize(("paging", "pages"), PAGINGS)
def test_every_page_comes_once(peer: Service, secret: Path, paging: str, pages: int) -> None:
    peer.put(*map(row, range(250)))
    found = fetched(peer.settings(str(secret)).replace(peer.paging, paging))
    assert [len(piece.rows) for piece in found] == [100] * (pages - 1) + [50]
    assert sorted(int(one["id"]) for piece in found for one in piece.rows) == list(range(250))
    assert found[-1].checkpoint == {"since": row(249)["changed"]}


def test_a_whole_answer_is_asked_for_again_only_when_it_changed(desk: Desk, peer: Service, secret: Path) -> None:
    text = f"http: {{url: 'http://127.0.0.1:{peer.door.port}/clients?all=1', mode: full, authorization: " + (
        f"{{basic: {{user: reader, password: {{file: {secret}}}}}}}}}"
    )
    connecting.connect(desk.store, f"source: crm\n{text}", "crm")
    peer.put(*map(row, range(3)))
    assert desk.done() == (3, 0, 0)
    assert desk.run().counts.rows_in == 0
    assert "if-none-match" in Handler.asked[-1][1]
    del peer.rows["1"]
    assert desk.done() == (0, 0, 1)


@pytest.fixture
def desk(store: Any, tmp_path: Path, peer: Service) -> Desk:
    return Desk(store, tmp_path, peer)


FAULTS: list[tuple[int, dict[str, str], type[LitsoError], str]] = [
    (401, {}, SourceUnusable, "не принимает учётные данные"),
    (404, {}, SourceUnusable, "не приняла запрос"),
    (302, {"Location": "http://elsewhere.example.org/"}, SourceUnusable, "не приняла запрос"),
    (429, {"Retry-After": "3600"}, Transient, "просит подождать 3600 с"),
]


@pytest.mark.parametrize(("status", "headers", "kind", "sentence"), FAULTS)
def test_what_the_service_refuses(
    peer: Service, secret: Path, status: int, headers: dict[str, str], kind: type[LitsoError], sentence: str
) -> None:
    Handler.answers = [(status, headers)]
    with pytest.raises(kind) as caught:
        fetched(peer.settings(str(secret)))
    assert sentence in str(caught.value)
    assert len(Handler.asked) == 1


def test_the_service_is_waited_for_as_it_asks(peer: Service, secret: Path) -> None:
    peer.put(row(1))
    Handler.answers = [(429, {"Retry-After": "7"}), (500, {})]
    pauses: list[float] = []
    assert len(fetched(peer.settings(str(secret)), pauses=pauses)) == 1
    assert pauses == [7.0, 0.5]


def test_the_next_page_is_not_looked_for_elsewhere(peer: Service, secret: Path) -> None:
    peer.put(*map(row, range(150)))
    Handler.answers = [(200, {})]
    with pytest.raises(SourceUnusable, match="нет списка объектов"):
        fetched(peer.settings(str(secret)))


def test_numbers_stay_as_they_were_written(peer: Service, secret: Path) -> None:
    Handler.rows["1"] = {**row(1), "tel": 1.10, "more": None, "list": ["a"]}  # type: ignore[dict-item]
    (piece,) = fetched(peer.settings(str(secret)))
    assert piece.shape["tel"] == "number"
    assert (piece.shape["more"], piece.shape["list"]) == ("", "list")


WRONG = [
    ("http: {}", "the key «url» is missing"),
    ("http: {url: 'ftp://x'}", "http.url: an address such as"),
    ("http: {url: 'https://user:hunter2@x/'}", "http.url: an address such as"),
    ("http: {url: 'https://x', authorization: {bearer: hunter2}}", "a credential is never written here"),
    ("http: {url: 'https://x', page: {number: page}}", "the key «size» is missing"),
    ("http: {url: 'https://x', page: numbers}", "http.page: «numbers» is not known"),
    ("http: {url: 'https://x', since: {parameter: a}}", "the key «column» is missing"),
    ("http: {url: 'https://x', since: {parameter: a, column: b}, mode: full}", "that is a delta"),
]


@pytest.mark.parametrize(("text", "sentence"), WRONG)
def test_what_is_wrong_in_the_settings(text: str, sentence: str) -> None:
    with pytest.raises(Misconfigured) as caught:
        parse_connection(f"source: crm\n{text}", "f")
    assert sentence in str(caught.value)
    assert "hunter2" not in str(caught.value)

"""A receiver of webhooks on this machine: it remembers what came and answers as a test wants."""

from __future__ import annotations

import json
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_network
from typing import Any, NamedTuple

LOOPBACK = (ip_network("127.0.0.0/8"),)


class Received(NamedTuple):
    """A request as it came."""

    at: float
    headers: dict[str, str]
    body: bytes

    @property
    def event(self) -> dict[str, Any]:
        return dict(json.loads(self.body))


class Reply(NamedTuple):
    """How to answer. seconds: wait first. cut: drop the connection instead. drip: a byte now and then, for ever."""

    status: int = 204
    headers: tuple[tuple[str, str], ...] = ()
    seconds: float = 0.0
    cut: bool = False
    drip: bool = False


class Peer:
    """The receiver: `received` in the order of arrival; `answer` decides the reply to each."""

    def __init__(self) -> None:
        self.received: list[Received] = []
        self.answer: Callable[[Received], Reply] = lambda _: Reply()
        self.url = ""

    def accepted(self) -> list[dict[str, Any]]:
        """Events in the order in which their ids came first, once each: what a receiver does that knows webhook-id."""
        found = {one.headers["webhook-id"]: one.event for one in self.received}
        return list(found.values())


@contextmanager
def peer() -> Iterator[Peer]:
    """A receiver that listens on a port of the loopback."""
    found = Peer()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            size = int(self.headers["Content-Length"])
            body = self.rfile.read(size)
            if len(body) < size:  # the sender was killed in the middle: no server would take this for a request
                self.close_connection = True
                return
            one = Received(time.monotonic(), {name.lower(): value for name, value in self.headers.items()}, body)
            reply = found.answer(one)
            found.received.append(one)
            time.sleep(reply.seconds)
            if reply.cut:
                self.connection.shutdown(socket.SHUT_RDWR)
                self.close_connection = True
                return
            if reply.drip:
                for _ in range(100):
                    self.connection.sendall(b"H")
                    time.sleep(0.05)
            self.send_response(reply.status)
            for name, value in reply.headers:
                self.send_header(name, value)
            if reply.status != 204:
                self.send_header("Content-Length", "2")
            self.end_headers()
            if reply.status != 204:
                self.wfile.write(b"{}")

        def log_message(self, *_: object) -> None:
            pass

    class Server(ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, *_: object) -> None:
            pass

    server = Server(("127.0.0.1", 0), Handler)
    found.url = f"http://127.0.0.1:{server.server_port}/hook"
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    try:
        yield found
    finally:
        server.shutdown()
        server.server_close()
        thread.join()

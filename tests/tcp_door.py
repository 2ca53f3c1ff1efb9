"""A door in front of a server on this machine: through it a test closes the way to the server, and opens it again."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

Address = tuple[str, int] | str
"""Of a server: host and port, or the path of a socket."""


class Door:
    """Forwards connections from a port of the loopback to a server as long as it is open."""

    def __init__(self, server: Address) -> None:
        self._server = server
        self._listener: socket.socket | None = None
        self._passing: set[socket.socket] = set()
        self._lock = threading.Lock()
        self.port = 0
        self.open()

    def lead_to(self, server: Address) -> None:
        """Lead to another server from now on."""
        self._server = server

    def open(self) -> None:
        """Let everybody through, at the same port as before."""
        listener = socket.create_server(("127.0.0.1", self.port))
        self.port = listener.getsockname()[1]
        self._listener = listener
        threading.Thread(target=self._accept, args=(listener,), daemon=True).start()

    def close(self) -> None:
        """Let nobody through, and cut those who are."""
        if self._listener is not None:
            with suppress(OSError):
                self._listener.shutdown(socket.SHUT_RDWR)
            self._listener.close()
            self._listener = None
        with self._lock:
            passing, self._passing = self._passing, set()
        for one in passing:
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)

    def _accept(self, listener: socket.socket) -> None:
        with suppress(OSError):
            while True:
                threading.Thread(target=self._pass, args=(listener.accept()[0],), daemon=True).start()

    def _pass(self, client: socket.socket) -> None:
        kind = socket.AF_UNIX if isinstance(self._server, str) else socket.AF_INET
        with client, socket.socket(kind) as server:
            with suppress(OSError):
                server.connect(self._server)
                with self._lock:
                    self._passing |= {client, server}
                back = threading.Thread(target=_forward, args=(server, client), daemon=True)
                back.start()
                _forward(client, server)
                back.join()
            with self._lock:
                self._passing -= {client, server}


def _forward(source: socket.socket, target: socket.socket) -> None:
    with suppress(OSError):
        while data := source.recv(65_536):
            target.sendall(data)
    for one in (source, target):
        with suppress(OSError):
            one.shutdown(socket.SHUT_RDWR)


@contextmanager
def door_to(server: Address) -> Iterator[Door]:
    """An open door to a server."""
    door = Door(server)
    try:
        yield door
    finally:
        door.close()

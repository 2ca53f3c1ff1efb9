r"""Latency of the service over HTTP: a record written, a profile read, a search, on a store that is loaded already.

    litso token create bench --role integrator
    litso serve &
    python benchmarks/bench_online.py --token TOKEN [--url http://127.0.0.1:8080] [--requests 500] \
        [--source crm] [--clients 8]

Half of the records are of people the store knows (taken from its own golden records, each person as seldom as can be),
half of nobody. The peer is `GET /health` in the same run: what a request costs that does nothing. At last several
clients write at the same time. Clients share the machine with the server: so they are bare sockets and requests are
made before the clock starts; one takes a twentieth of a millisecond.
"""

from __future__ import annotations

import argparse
import itertools
import json
import random
import selectors
import socket
import statistics
import time
from collections.abc import Iterator, Sequence
from typing import Any, Final
from urllib.parse import urlencode, urlsplit

WORDS: Final = ("иванов", "кузнецова", "смирнов ал", "попова мария", "васильев", "петрова ан", "соколов", "михайлова",
                "новиков", "морозова", "волков", "алексеева", "лебедев", "семенова", "егоров", "павлова")  # fmt: skip
_END: Final = b"\r\n\r\n"
_LENGTH: Final = b"content-length:"

Person = dict[str, Any]


class Client:
    """One connection that stays open; a request is answered before the next is sent."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        self.socket = socket.create_connection((parts.hostname or "127.0.0.1", parts.port or 80), timeout=60)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._sent_at = 0.0
        self._read = b""

    def send(self, request: bytes) -> None:
        """Send a request; the clock starts."""
        self._read = b""
        self._sent_at = time.perf_counter()
        self.socket.sendall(request)

    def receive(self) -> tuple[float, bytes] | None:
        """Milliseconds and body of the answer, or None while some of it is on its way."""
        self._read += self.socket.recv(1 << 16)
        head, end, body = self._read.partition(_END)
        if not end or len(body) < _length(head):
            return None
        if not head.startswith(b"HTTP/1.1 200"):
            raise SystemExit(f"{head.splitlines()[0].decode()}: {body.decode()}")
        return (time.perf_counter() - self._sent_at) * 1000, body

    def ask(self, request: bytes) -> tuple[float, bytes]:
        """Send a request and wait for its answer."""
        self.send(request)
        while True:
            found = self.receive()
            if found:
                return found


def _length(head: bytes) -> int:
    _, _, rest = head.lower().partition(_LENGTH)
    return int(rest.split(b"\r\n", 1)[0])


class Requests:
    """Requests as they go over the wire."""

    def __init__(self, url: str, token: str) -> None:
        self._head = f"Host: {urlsplit(url).netloc}\r\nAuthorization: Bearer {token}\r\n"

    def get(self, path: str, **parameters: Any) -> bytes:
        query = "?" + urlencode(parameters) if parameters else ""
        return f"GET {path}{query} HTTP/1.1\r\n{self._head}\r\n".encode()

    def post(self, path: str, content: Any) -> bytes:
        body = json.dumps(content).encode()
        head = f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
        return f"POST {path} HTTP/1.1\r\n{self._head}{head}".encode() + body


def told(title: str, times: Sequence[float], seconds: float) -> None:
    """Print p50, p95, p99 in milliseconds and requests per second."""
    cuts = statistics.quantiles(times, n=100)
    print(f"{title:<28} p50 {cuts[49]:7.1f} ms   p95 {cuts[94]:7.1f} ms   p99 {cuts[98]:7.1f} ms   "
          f"{len(times) / seconds:7.0f}/s", flush=True)  # fmt: skip


def measured(title: str, client: Client, requests: Sequence[bytes]) -> None:
    """Ask one after the other."""
    begun = time.perf_counter()
    times = [client.ask(request)[0] for request in requests]
    told(title, times, time.perf_counter() - begun)


def together(title: str, url: str, clients: int, requests: Sequence[bytes]) -> None:
    """Several clients at the same time, each of which asks again as soon as it is answered."""
    waiting, times = iter(requests), list[float]()
    begun = time.perf_counter()
    with selectors.DefaultSelector() as selector:
        for request in itertools.islice(waiting, clients):
            client = Client(url)
            selector.register(client.socket, selectors.EVENT_READ, client)
            client.send(request)
        while selector.get_map():
            for key, _ in selector.select():
                found = key.data.receive()
                if found is None:
                    continue
                times.append(found[0])
                request = next(waiting, b"")
                if request:
                    key.data.send(request)
                else:
                    selector.unregister(key.fileobj)
                    key.data.socket.close()
    told(title, times, time.perf_counter() - begun)


def known_people(client: Client, requests: Requests, wanted: int) -> list[Person]:
    """Profiles of up to `wanted` people the store knows, in no order of theirs."""
    found: list[str] = []
    for word in WORDS:
        cursor: dict[str, str] = {}
        while len(found) < wanted:
            page = json.loads(client.ask(requests.get("/v1/parties", q=word, limit=50, **cursor))[1])
            found += [item["party_id"] for item in page["items"]]
            if not page.get("next_cursor"):
                break
            cursor = {"cursor": page["next_cursor"]}
    return [json.loads(client.ask(requests.get(f"/v1/parties/{party}"))[1]) for party in sorted(found)[:wanted]]


def records(people: Sequence[Person], source: str) -> Iterator[dict[str, Any]]:
    """Records without end: of nobody, of the next of the people, of nobody…"""
    turns = itertools.cycle(people)
    run = time.time_ns()
    for number in itertools.count():
        phone = f"+7927{random.Random(run + number).randrange(10**7):07}"
        attributes: dict[str, Any] = {"full_name": f"Проверкин Пров {number}", "phone": phone}
        if number % 2:
            person = next(turns)
            phones = [contact["value"] for contact in person["contacts"] if contact["kind"] == "phone"]
            attributes = {"full_name": person["name"], "phone": phones[:1] or [phone]}
        yield {"source": source, "source_id": f"bench-{number}-{run}", "attributes": attributes}


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--url", default="http://127.0.0.1:8080")
    arguments.add_argument("--token", required=True)
    arguments.add_argument("--requests", type=int, default=500)
    arguments.add_argument("--source", default="crm")
    arguments.add_argument("--clients", type=int, default=8)
    given = arguments.parse_args()
    requests = Requests(given.url, given.token)
    client = Client(given.url)
    count = given.requests
    people = known_people(client, requests, max(100, count))
    posts = (requests.post("/v1/records", one) for one in records(people, given.source))
    parties = [requests.get(f"/v1/parties/{people[n % len(people)]['party_id']}") for n in range(count)]
    measured("GET /health (peer)", client, [requests.get("/health")] * count)
    measured("GET /v1/parties?q=", client, [requests.get("/v1/parties", q=WORDS[n % 8]) for n in range(count)])
    measured("GET /v1/parties/{id}", client, parties)
    measured("POST /v1/records", client, list(itertools.islice(posts, count)))
    several = list(itertools.islice(posts, given.clients * (count // 4)))
    together(f"POST of {given.clients} clients", given.url, given.clients, several)


if __name__ == "__main__":
    main()

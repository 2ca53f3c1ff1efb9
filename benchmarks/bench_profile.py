r"""Profile reads over HTTP: rate, latency, and the processor time that one read costs the server and PostgreSQL.

    litso token create bench --role integrator
    litso serve &
    python benchmarks/bench_profile.py --token TOKEN [--limited TOKEN] --server PID [--url http://127.0.0.1:8080]
        [--seconds 5] [--clients 1,2,4,8,16]
    python benchmarks/bench_profile.py [--reads 500] [--profile]

Over HTTP each client keeps its connection and reads one random party after another; the parties are spread over the
whole store. `--server` is the process that serves: the processor time of it, its workers and its PostgreSQL sessions is
told by read, beside that of the clients, which send and take bytes and no more. The peer is `GET /health` in the same
run: what a request costs that does nothing.

Without a token it reads in this process from the store of the settings, with neither HTTP nor other programs:
milliseconds of each part of a read, and with `--profile` where they go.
"""

from __future__ import annotations

import argparse
import cProfile
import http.client
import json
import os
import pstats
import random
import re
import resource
import selectors
import socket
import statistics
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import msgspec

TICKS = os.sysconf("SC_CLK_TCK")
_LENGTH = re.compile(rb"content-length: *(\d+)", re.IGNORECASE)


def cpu_seconds(pids: list[int]) -> float:
    """Processor time that processes have used so far."""
    total = 0.0
    for pid in pids:
        try:
            fields = Path(f"/proc/{pid}/stat").read_text().rsplit(") ", 1)[1].split()
        except OSError:
            continue
        total += (int(fields[11]) + int(fields[12])) / TICKS
    return total


def sessions(home: Path) -> list[int]:
    """Processes of the embedded PostgreSQL in a home that work for a client."""
    postmaster = next(iter(home.glob("*/postmaster.pid")), None) or next(iter(home.glob("**/postmaster.pid")), None)
    if postmaster is None:
        return []
    parent = postmaster.read_text().splitlines()[0]
    return [
        int(entry.parent.name)
        for entry in Path("/proc").glob("[0-9]*/stat")
        if _words(entry)[1:2] == [parent] and b": litso " in (entry.parent / "cmdline").read_bytes()
    ]


def _words(stat: Path) -> list[str]:
    try:
        return stat.read_text().rsplit(") ", 1)[1].split()
    except OSError:
        return []


class Client:
    """A connection that asks for one path after another, as fast as it is answered. Bytes in, bytes out: what a client
    library costs is not to be measured here."""

    def __init__(self, address: tuple[str, int], asked: list[bytes], number: int) -> None:
        self._chance = random.Random(number)
        self._asked = asked
        self._held = b""
        self._begun = 0.0
        self.times: list[float] = []
        self.socket = socket.create_connection(address)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def ask(self) -> None:
        """Send the next request."""
        self._held = b""
        self._begun = time.perf_counter()
        self.socket.sendall(self._chance.choice(self._asked))

    def hear(self) -> bool:
        """Take what came; True when the answer is whole."""
        self._held += self.socket.recv(1 << 18)
        head, rest, body = self._held.partition(b"\r\n\r\n")
        if not rest or len(body) < int(_LENGTH.search(head)[1]):  # type: ignore[index]
            return False
        self.times.append(time.perf_counter() - self._begun)
        assert head[9:12] == b"200", head[:40]
        return True


def asking(url: str, token: str, paths: list[str], seconds: float, clients: int) -> list[float]:
    """Seconds of each answer that clients got, each asking as fast as it is answered."""
    parts = urlsplit(url)
    address = (parts.hostname or "127.0.0.1", parts.port or 80)
    asked = [f"GET {path} HTTP/1.1\r\nHost: bench\r\nAuthorization: Bearer {token}\r\n\r\n".encode() for path in paths]
    peers = [Client(address, asked, number) for number in range(clients)]
    until = time.perf_counter() + seconds
    with selectors.DefaultSelector() as waiting:
        for peer in peers:
            waiting.register(peer.socket, selectors.EVENT_READ, peer)
            peer.ask()
        while waiting.get_map():
            for key, _ in waiting.select():
                if key.data.hear():
                    if time.perf_counter() < until:
                        key.data.ask()
                    else:
                        waiting.unregister(key.fileobj)
                        key.data.socket.close()
    return [one for peer in peers for one in peer.times]


def some_parties(url: str, token: str, wanted: int) -> list[str]:
    """Parties from all over the store, by names that many have."""
    parts = urlsplit(url)
    peer = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=60)
    found: list[str] = []
    after = 0
    while len(found) < wanted:
        peer.request("GET", f"/v1/changes?after={after}&limit=5000", headers={"Authorization": f"Bearer {token}"})
        page = json.loads(peer.getresponse().read())
        found += [item["subject"] for item in page["items"] if item["type"] == "party.created"]
        if not page["items"] or page["next_after"] == after:
            break
        after = page["next_after"]
    return random.Random(1).sample(found, min(wanted, len(found)))


def seen(url: str, token: str, parties: Sequence[str]) -> list[str]:
    """Those of the parties that a program with limits may read."""
    peer = http.client.HTTPConnection(urlsplit(url).netloc)
    found = []
    for party in parties:
        peer.request("GET", f"/v1/parties/{party}", headers={"Authorization": f"Bearer {token}"})
        answer = peer.getresponse()
        answer.read()
        if answer.status == 200:
            found.append(party)
    return found


def over_http(given: argparse.Namespace) -> None:
    """Print a line for each number of clients; of who has limits, too, in turns, if there is a token."""
    found = some_parties(given.url, given.token, 5000)
    if given.limited:
        found = seen(given.url, given.limited, found)
    paths = [f"/v1/parties/{party}" for party in found]
    print(f"{len(paths)} parties")
    rows = [("GET /health (peer)", given.token, ["/health"], 1)]
    for clients in map(int, given.clients.split(",")):
        rows.append(("GET /v1/parties/{id}", given.token, paths, clients))
        if given.limited:
            rows.append(("  by who has limits", given.limited, paths, clients))
    for token in filter(None, (given.token, given.limited)):
        asking(given.url, token, paths, 1.0, 4)  # caches are warm before the clock runs
    for title, token, asked, clients in rows:
        before = _spent(given)
        begun = time.perf_counter()
        times = asking(given.url, token, asked, given.seconds, clients)
        rate = len(times) / (time.perf_counter() - begun)
        parts = [1000 * (now - then) / len(times) for now, then in zip(_spent(given), before, strict=True)]
        cuts = statistics.quantiles(times, n=100)
        print(
            f"{title:<22} {clients:>3} clients {rate:8.0f}/s  p50 {1000 * cuts[49]:6.1f} ms  p99 {1000 * cuts[98]:6.1f}"
            f" ms  processor: server {parts[0]:5.2f} + PostgreSQL {parts[1]:5.2f} ms, client {parts[2]:5.2f} ms"
        )


def _spent(given: argparse.Namespace) -> tuple[float, float, float]:
    """Processor seconds of the server with its workers, of PostgreSQL's sessions, and of this process."""
    if not given.server:
        return 0.0, 0.0, time.process_time()
    family = [
        int(entry.parent.name)
        for entry in Path("/proc").glob("[0-9]*/stat")
        if _words(entry)[1:2] == [str(given.server)] and b"postgres" not in (entry.parent / "cmdline").read_bytes()
    ]
    return cpu_seconds([given.server, *family]), cpu_seconds(sessions(given.home)), time.process_time()


@contextmanager
def measured(title: str, reads: int) -> Iterator[None]:
    begun, cpu = time.perf_counter(), time.process_time()
    yield
    wall, own = time.perf_counter() - begun, time.process_time() - cpu
    print(f"{title:<24} {1000 * own / reads:7.3f} ms of this process  {1000 * wall / reads:7.3f} ms in all")


def here(given: argparse.Namespace) -> None:
    """Read in this process."""
    from litso.api.parties import party_out
    from litso.bootstrap import open_store
    from litso.settings import load_settings
    from litso.usecases import profiles
    from litso.usecases.access import Actor

    with open_store(load_settings()) as store:
        with store.transaction() as connection:
            rows = connection.execute("select party_id::text from golden").fetchall()
        chosen = random.Random(1).sample([row[0] for row in rows], min(given.reads, len(rows)))
        actor = Actor("bench", "integrator", is_service=True)

        def read(party: str) -> Any:
            return profiles.read_card(store, actor, party)

        def each(work: Callable[[str], Any]) -> list[Any]:
            return [work(party) for party in chosen]

        each(read)
        with measured("reading", given.reads):
            found = each(read)
        with measured("shaping", given.reads):
            shaped = [party_out(profile) for profile in found]
        with measured("writing JSON", given.reads):
            size = sum(len(msgspec.json.encode(one)) for one in shaped)
        print(f"{size / len(shaped):.0f} bytes, peak {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10} MiB")
        if given.profile:
            watch = cProfile.Profile()
            watch.runcall(lambda: [party_out(read(party)) for party in chosen])
            pstats.Stats(watch).sort_stats("tottime").print_stats(28)
            pstats.Stats(watch).sort_stats("cumtime").print_stats(45)


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--url", default="http://127.0.0.1:8080")
    arguments.add_argument("--token")
    arguments.add_argument("--limited", help="token of a program with limits within which all parties are")
    arguments.add_argument("--server", type=int, help="process that serves")
    arguments.add_argument("--home", type=Path, default=Path(os.environ.get("LITSO_HOME", ".litso")))
    arguments.add_argument("--seconds", type=float, default=5.0)
    arguments.add_argument("--clients", default="1,2,4,8,16")
    arguments.add_argument("--reads", type=int, default=500)
    arguments.add_argument("--profile", action="store_true")
    given = arguments.parse_args()
    if given.token:
        over_http(given)
    else:
        here(given)


if __name__ == "__main__":
    main()

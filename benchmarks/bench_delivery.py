r"""From a committed change to its receipt by a webhook of this machine, on an empty store of its own.

    python benchmarks/bench_delivery.py [--changes 500] [--pause 0.02]

The worker, the receiver and the writer are threads of this program. The peer in the same run is PostgreSQL alone: from
the commit to a listener's wake-up by NOTIFY.
"""

from __future__ import annotations

import argparse
import resource
import statistics
import tempfile
import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread
from uuid import uuid4

import msgspec

from litso.bootstrap import open_store
from litso.settings import load_settings
from litso.store import changes, listening
from litso.store.database import Store
from litso.usecases.access import Actor
from litso.usecases.consumers import Wanted, attach
from litso.usecases.working import work


def told(title: str, milliseconds: list[float]) -> None:
    cuts = statistics.quantiles(milliseconds, n=100)
    print(f"{title:<26} {len(milliseconds):>6} times   p50 {cuts[49]:7.1f} ms   p99 {cuts[98]:7.1f} ms")


def commit(store: Store, mark: str) -> float:
    """Commit one change; answers the moment at which it was committed."""
    with store.transaction() as connection:
        changes.append(connection, [("party.changed", str(uuid4()), {"from": mark})])
    return time.perf_counter()


def measured(store: Store, count: int, pause: float, receipts: Callable[[], dict[str, float]]) -> list[float]:
    committed = {}
    for number in range(count):
        committed[str(number)] = commit(store, str(number))
        time.sleep(pause)
    while len(receipts()) < count:
        time.sleep(0.01)
    return [(receipts()[mark] - moment) * 1000 for mark, moment in committed.items()]


def bare(store: Store, count: int, pause: float) -> list[float]:
    """Wake-ups of a listener."""
    heard: dict[str, float] = {}
    stop, ready = Event(), Event()

    def listen() -> None:
        with store.session() as connection:
            listening.listen(connection, [changes.CHANNEL])
            ready.set()
            while not stop.is_set():
                if listening.heard(connection, 0.2):
                    heard[str(len(heard))] = time.perf_counter()

    thread = Thread(target=listen)
    thread.start()
    ready.wait()
    found = measured(store, count, pause, lambda: heard)
    stop.set()
    thread.join()
    return found


def delivered(store: Store, settings: object, count: int, pause: float) -> list[float]:
    """Receipts of a webhook."""
    received: dict[str, float] = {}

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            received[msgspec.json.decode(body)["data"]["from"]] = time.perf_counter()
            self.send_response(204)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    Thread(target=server.serve_forever, daemon=True).start()
    address = f"http://127.0.0.1:{server.server_port}/"
    attach(store, settings, Actor("bench", "administrator"), Wanted("bench", "bench", "webhook", address))
    stop, ready = Event(), Event()
    worker = Thread(target=work, args=(store, settings, stop), kwargs={"kinds": {}, "on_ready": ready.set})
    worker.start()
    ready.wait()
    found = measured(store, count, pause, lambda: received)
    stop.set()
    worker.join()
    server.shutdown()
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--changes", type=int, default=500)
    parser.add_argument("--pause", type=float, default=0.02)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as home:
        settings = load_settings({"LITSO_HOME": home, "LITSO_WEBHOOK_NETWORKS": "127.0.0.0/8"})
        with open_store(settings) as store:
            told("peer: NOTIFY alone", bare(store, given.changes, given.pause))
            begun = time.process_time()
            told("commit to receipt", delivered(store, settings, given.changes, given.pause))
            spent = (time.process_time() - begun) * 1000 / given.changes
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10
    print(f"{spent:.1f} ms of processor a change, peak memory {peak} MiB")


if __name__ == "__main__":
    main()

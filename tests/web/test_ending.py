"""A server that is told to end under traffic: what it took it answers whole, and only new connections are refused."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest
from served_program import PATIENCE_SECONDS, wait_for
from small_town import Place, party_id

from loopback import free_port

CLIENTS = 6


@pytest.fixture
def program(place: Place, tmp_path: Path) -> Iterator[tuple[subprocess.Popen[bytes], str]]:
    port = free_port()
    environment = {
        **os.environ,
        "LITSO_DATABASE_URL": place.store.url,
        "LITSO_HOME": str(tmp_path),
        "LITSO_LOG": "json",
    }
    command = [sys.executable, "-m", "litso", "serve", "--port", str(port)]
    with (tmp_path / "log").open("wb") as log, subprocess.Popen(command, env=environment, stderr=log) as found:
        wait_for(port)
        yield found, f"http://127.0.0.1:{port}"
        found.kill()


def ask(place: Place, url: str, number: int, count: Callable[[str], None]) -> None:
    """Ask until the server takes no connection any more: some with a connection that stays, some with new ones."""
    person = party_id("ivanov")
    headers = {"Authorization": f"Bearer {place.tokens['integrator']}"}
    turn = 0
    with httpx.Client(base_url=url, headers=headers, timeout=20) as client:
        while True:
            turn += 1
            asker = client if number % 2 else httpx.Client(base_url=url, headers=headers, timeout=20)
            record = {"source": "crm", "source_id": f"E{number}-{turn}", "attributes": {"full_name": "Концов Кон"}}
            try:
                answer = asker.post("/v1/records", json=record) if turn % 3 == 0 else asker.get(f"/v1/parties/{person}")
                count(str(answer.status_code))
            except httpx.ConnectError:
                return
            except httpx.TransportError as error:
                count(type(error).__name__)
            finally:
                if asker is not client:
                    asker.close()


def test_nothing_that_was_taken_is_lost(place: Place, program: tuple[subprocess.Popen[bytes], str]) -> None:
    server, url = program
    found: Counter[str] = Counter()
    lock = threading.Lock()

    def count(outcome: str) -> None:
        with lock:
            found[outcome] += 1

    askers = [threading.Thread(target=ask, args=(place, url, number, count)) for number in range(CLIENTS)]
    for asker in askers:
        asker.start()
    while found["200"] < 30:
        time.sleep(0.05)
    server.send_signal(signal.SIGTERM)
    assert server.wait(PATIENCE_SECONDS) == 0
    for asker in askers:
        asker.join()
    assert set(found) == {"200"}, found

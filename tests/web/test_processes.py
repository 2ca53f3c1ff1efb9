"""Several processes serve one address: all of them answer, one that dies is replaced, and none outlives the first."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Event

import httpx
import pytest
from served_program import PATIENCE_SECONDS
from small_town import Place, party_id

from litso.commands.processes import Crew
from litso.errors import Misconfigured
from litso.telemetry import metrics
from loopback import free_port

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="several processes at one address")

COUNT = 2


class Served:
    """The program, and where it answers."""

    def __init__(self, program: subprocess.Popen[bytes], port: int, watch: int, place: Place) -> None:
        self.program, self.port, self.watch = program, port, watch
        self.headers = {"Authorization": f"Bearer {place.tokens['integrator']}"}
        self.url = f"http://127.0.0.1:{port}"

    def listeners(self) -> set[int]:
        """Those of its processes that listen, by their sockets."""
        table = [line.split() for line in Path("/proc/net/tcp").read_text().splitlines()[1:]]
        sockets = {
            f"socket:[{one[9]}]" for one in table if one[3] == "0A" and int(one[1].split(":")[1], 16) == self.port
        }
        return {pid for pid in self.children() if sockets & files_of(pid)}

    def children(self) -> list[int]:
        """Its living processes."""
        path = Path(f"/proc/{self.program.pid}/task/{self.program.pid}/children")
        return [int(one) for one in path.read_text().split()]

    def read(self, times: int) -> list[int]:
        """Statuses of reads, each by a connection of its own: the kernel gives them to any of the processes."""
        return [httpx.get(f"{self.url}/v1/parties/{party_id('ivanov')}", headers=self.headers, timeout=60).status_code
                for _ in range(times)]  # fmt: skip

    def counted(self) -> int:
        """Reads that the figures tell of."""
        told = httpx.get(f"http://127.0.0.1:{self.watch}/metrics", timeout=60).text
        found = re.findall(r'litso_http_requests_total\{.*route="/v1/parties/\{party_id\}",status="200"\} (\S+)', told)
        return int(sum(map(float, found)))


def files_of(pid: int) -> set[str]:
    try:
        return {str(one.readlink()) for one in Path(f"/proc/{pid}/fd").iterdir()}
    except OSError:
        return set()


def wait_until(what: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not what():
        assert time.monotonic() < deadline
        time.sleep(0.1)


def is_alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(") ", 1)[1][0] != "Z"
    except OSError:
        return False


@pytest.fixture
def served(place: Place, tmp_path: Path) -> Iterator[Served]:
    port, watch = free_port(), free_port()
    environment = {
        **os.environ,
        "LITSO_DATABASE_URL": place.store.url,
        "LITSO_HOME": str(tmp_path),
        "LITSO_METRICS_LISTEN": f"127.0.0.1:{watch}",
    }
    command = [sys.executable, "-m", "litso", "serve", "--port", str(port), "--processes", str(COUNT)]
    with subprocess.Popen(command, env=environment) as program:
        found = Served(program, port, watch, place)
        try:
            wait_until(lambda: len(found.listeners()) == COUNT)
            yield found
        finally:
            program.terminate()


def test_all_answer_and_are_counted_and_one_that_dies_is_replaced(served: Served) -> None:
    assert served.read(24) == [200] * 24
    assert served.counted() == 24
    first = served.listeners()
    os.kill(min(first), signal.SIGKILL)
    wait_until(lambda: len(served.listeners() - {min(first)}) == COUNT)
    assert served.read(6) == [200] * 6
    assert served.counted() == 30
    served.program.send_signal(signal.SIGTERM)
    assert served.program.wait(PATIENCE_SECONDS) == 0
    assert not any(map(is_alive, first))


def test_none_outlives_the_process_that_began_them(served: Served) -> None:
    known = served.children()
    served.program.kill()
    wait_until(lambda: not any(map(is_alive, known)))


def test_processes_that_die_one_after_the_other_end_the_program(tmp_path: Path) -> None:
    """Rather than be begun for ever."""
    crew = Crew(["no-such-command"], os.environ, 1, deaths=1)
    with metrics.added_up(str(tmp_path)), pytest.raises(Misconfigured, match="ended with status 2, and again"):
        crew.keep(Event())
    assert crew._members == []

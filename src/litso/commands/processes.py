"""Several processes that serve one address: Python uses one processor a process.

The kernel spreads connections over them, each of which listens for itself. They share nothing but the store, where
sessions, locks and rate limits of sign-ins are; their figures are added up. One that dies is replaced. When the program
that started them is gone, however it went, they end: each holds a pipe from it.
"""

from __future__ import annotations

import logging
import os
import signal
import subprocess
import sys
import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, suppress
from tempfile import TemporaryDirectory
from threading import Event
from typing import Final

from litso.errors import Misconfigured
from litso.settings import Settings
from litso.telemetry import metrics

_LOG: Final = logging.getLogger("litso.serve")
_LOOK_SECONDS: Final = 0.2
_MINUTE: Final = 60.0
_DEATHS: Final = 5
"""Deaths within a minute beyond which none is replaced: the next would not live longer."""
_ENDING_SECONDS: Final = 15.0
"""What a process may take to end beyond LITSO_STOP_SECONDS."""

MOST: Final = 64


class Crew:
    """Processes of this program with these arguments. deaths: so many of them within a minute are made good for."""

    def __init__(
        self, arguments: Sequence[str], environment: Mapping[str, str], count: int, *, deaths: int = _DEATHS
    ) -> None:
        self._command = [sys.executable, "-m", "litso", *arguments]
        self._environment = environment
        self._count = count
        self._members: list[subprocess.Popen[bytes]] = []
        self._dead_at: deque[float] = deque([-_MINUTE] * (deaths + 1), deaths + 1)

    def keep(self, stop: Event) -> None:
        """Replace those that die until `stop` is set; Misconfigured when they die one after the other."""
        while not stop.is_set():
            for member in [one for one in self._members if one.poll() is not None]:
                self._members.remove(member)
                metrics.forget(member.pid)
                self._dead_at.append(time.monotonic())
                if self._dead_at[-1] - self._dead_at[0] < _MINUTE:
                    raise Misconfigured(
                        f"a server process ended with status {member.returncode}, and again: see the log"
                    )
                _LOG.warning("a server process ended with status %d: another takes its place", member.returncode)
            while len(self._members) < self._count:
                self._members.append(self._begin())
            stop.wait(_LOOK_SECONDS)

    def end(self, seconds: float) -> None:
        """Have all of them answer what is under way; those that live on after `seconds` are killed."""
        for member in self._members:
            member.terminate()
        until = time.monotonic() + seconds
        for member in self._members:
            with suppress(subprocess.TimeoutExpired):
                member.wait(max(until - time.monotonic(), 0))
        for member in self._members:
            member.kill()
            member.wait()
            if member.stdin is not None:
                member.stdin.close()

    def _begin(self) -> subprocess.Popen[bytes]:
        # Their pipe from here breaks when this process is gone.
        return subprocess.Popen(self._command, env=self._environment, stdin=subprocess.PIPE)


def serve_by_many(
    settings: Settings, url: str, count: int, *, watched: Callable[[Callable[[], bool]], AbstractContextManager[None]]
) -> None:
    """Serve a database by `count` processes until SIGINT or SIGTERM.

    watched: what is around them, by a function that tells whether they are ending.
    """
    if not sys.platform.startswith("linux"):
        raise Misconfigured("--processes: several processes at one address need Linux")
    stop = Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    arguments = ["serve", "--host", settings.host, "--port", str(settings.port), "--one-of-many"]
    with TemporaryDirectory(prefix="litso-figures-") as folder, metrics.added_up(folder):
        crew = Crew(arguments, {**os.environ, "LITSO_DATABASE_URL": url}, count)
        try:
            with watched(stop.is_set):
                crew.keep(stop)
        finally:
            crew.end(settings.stop_seconds + _ENDING_SECONDS)

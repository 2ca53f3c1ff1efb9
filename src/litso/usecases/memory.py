"""How much memory this program and the processes that it started have had at most, all at one moment."""

from __future__ import annotations

import os
import resource
import sys
from contextlib import suppress
from pathlib import Path
from threading import Event, Thread
from types import TracebackType
from typing import Final, Self

_EVERY: Final = 0.1
"""Seconds between two looks."""

_PAGE: Final = os.sysconf("SC_PAGE_SIZE")


class PeakMemory:
    """Looks at memory ten times a second as long as its context lasts."""

    def __init__(self) -> None:
        self._seen = 0
        self._is_over = Event()
        self._thread = Thread(target=self._look, name="peak memory", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._is_over.set()
        self._thread.join()

    def so_far(self) -> int:
        """Bytes. Where there is no /proc, the peaks of this process and of its largest child, whenever they were."""
        self._seen = max(self._seen, memory_now())
        return self._seen or _peaks_told_by_the_system()

    def _look(self) -> None:
        while not self._is_over.wait(_EVERY):
            self._seen = max(self._seen, memory_now())


def memory_now() -> int:
    """Bytes in memory of this process and of those below it, libraries counted once; 0 where there is no /proc."""
    own = os.getpid()
    pages = ((process, _pages(process)) for process in _below(own))
    return _PAGE * sum(resident if process == own else resident - shared for process, (resident, shared) in pages)


def _peaks_told_by_the_system() -> int:
    unit = 1 if sys.platform == "darwin" else 1024
    return unit * sum(resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))


def _below(process: int) -> list[int]:
    """A process and those that it started, and so on."""
    children: list[int] = []
    with suppress(OSError):  # it has ended, or there is no /proc
        tasks = list(Path(f"/proc/{process}/task").iterdir())
        children = [int(child) for task in tasks for child in (task / "children").read_text().split()]
    return [process, *(one for child in children for one in _below(child))]


def _pages(process: int) -> tuple[int, int]:
    """(pages in memory, those of them that are files or shared) of a process; none when it has ended."""
    try:
        _, resident, shared = Path(f"/proc/{process}/statm").read_text().split()[:3]
    except OSError:
        return 0, 0
    return int(resident), int(shared)

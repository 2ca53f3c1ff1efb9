"""Other processes that calculate beside this one, when there is enough to do for them."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from multiprocessing import get_context
from types import TracebackType
from typing import Any, Final, Self, TypeVar

WORTH_A_PROCESS: Final = 150_000
"""Records from which starting other processes (a second or two each) pays off."""

BYTES_OF_A_RECORD: Final = 150
"""Roughly, in a source file: to foresee how many records there will be."""

Item = TypeVar("Item")
Result = TypeVar("Result")


class Workers:
    """As many processes as there are processors, or none when about `expected` records do not need them.

    A context manager; the processes start with the first work and end with the context.
    """

    def __init__(self, expected: int) -> None:
        processors = os.cpu_count() or 1
        self.count = processors if expected >= WORTH_A_PROCESS and processors > 1 else 0
        self._pool: ProcessPoolExecutor | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._pool is not None:
            self._pool.shutdown(cancel_futures=error is not None)
            self._pool = None

    def each(
        self, work: Callable[..., Result], items: Iterable[tuple[Item, tuple[Any, ...]]]
    ) -> Iterator[tuple[Item, Result]]:
        """(item, work(*arguments)) of (item, arguments), in order; at most a few items are on their way at a time.

        `work` is a function of a module; its arguments and results travel between processes, the items do not.
        """
        if not self.count:
            yield from ((item, work(*arguments)) for item, arguments in items)
            return
        pool = self._pool = self._pool or ProcessPoolExecutor(self.count, mp_context=get_context("spawn"))
        waiting: deque[tuple[Item, Future[Result]]] = deque()
        for item, arguments in items:
            waiting.append((item, pool.submit(work, *arguments)))
            if len(waiting) > self.count + 1:
                done, result = waiting.popleft()
                yield done, result.result()
        while waiting:
            done, result = waiting.popleft()
            yield done, result.result()

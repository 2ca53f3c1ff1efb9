"""Work with an event loop of its own: the browser of other tests keeps one running in the thread of the tests."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

Answer = TypeVar("Answer")


def run_apart(work: Coroutine[Any, Any, Answer]) -> Answer:
    """Run a coroutine to its end in a thread of its own."""
    return call_apart(lambda: asyncio.run(work))


def call_apart(work: Callable[[], Answer]) -> Answer:
    """Call what begins a loop, in a thread of its own, as a server does."""
    with ThreadPoolExecutor(1) as alone:
        return alone.submit(work).result()

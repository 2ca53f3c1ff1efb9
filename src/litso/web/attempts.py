"""Limit of failed sign-ins: a few a login and address, more an address, within minutes.

Nobody is locked out from another address, so that a stranger cannot shut a user out.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Hashable
from threading import Lock
from typing import Final

WINDOW_SECONDS: Final = 300.0
_MOST_KEYS: Final = 10_000


class Attempts:
    """Counts failures by key within a sliding window. Threads share it."""

    def __init__(
        self, most: int, *, window: float = WINDOW_SECONDS, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._most = most
        self._window = window
        self._clock = clock
        self._failures: dict[Hashable, deque[float]] = {}
        self._lock = Lock()

    def wait_seconds(self, key: Hashable) -> float:
        """How long the key has to wait before the next try; 0 when it may try now."""
        with self._lock:
            failures = self._recent(key)
            return failures[0] + self._window - self._clock() if len(failures) >= self._most else 0.0

    def fail(self, key: Hashable) -> None:
        """Count a failure of the key."""
        with self._lock:
            failures = self._recent(key)
            failures.append(self._clock())
            self._failures[key] = failures
            self._forget()

    def succeed(self, key: Hashable) -> None:
        """Forget the failures of the key."""
        with self._lock:
            self._failures.pop(key, None)

    def _recent(self, key: Hashable) -> deque[float]:
        failures = self._failures.get(key, deque())
        while failures and failures[0] <= self._clock() - self._window:
            failures.popleft()
        return failures

    def _forget(self) -> None:
        """Drop keys whose failures are all old, when there are too many keys."""
        if len(self._failures) <= _MOST_KEYS:
            return
        for key in [key for key in self._failures if not self._recent(key)]:
            del self._failures[key]

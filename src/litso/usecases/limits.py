"""How many requests a user or a program may make: a bucket each, which fills steadily and is emptied by requests.

Buckets are of one process: several servers let through as many times as much.
"""

from __future__ import annotations

import math
import time
from collections import OrderedDict
from collections.abc import Callable
from threading import Lock
from typing import Final

from litso.errors import TooMany
from litso.settings import Settings
from litso.usecases.access import Actor

_BURST_SECONDS: Final = 10
_MOST_KEPT: Final = 10_000


class Buckets:
    """Buckets by name, `rate` requests a second each; who was idle may make those of ten seconds at once."""

    def __init__(self, rate: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._rate = rate
        self._most = rate * _BURST_SECONDS
        self._clock = clock
        self._left: OrderedDict[str, tuple[float, float]] = OrderedDict()
        self._lock = Lock()

    def take(self, name: str) -> None:
        """Count a request; TooMany says when to come again."""
        with self._lock:
            now = self._clock()
            left, at = self._left.pop(name, (float(self._most), now))
            left = min(left + (now - at) * self._rate, self._most)
            self._left[name] = (left - 1 if left >= 1 else left, now)
            while len(self._left) > _MOST_KEPT:
                self._left.popitem(last=False)
        if left < 1:
            raise TooMany("too many requests, come again later", math.ceil((1 - left) / self._rate))


class Limits:
    """The limits of the settings: of programs by LITSO_TOKEN_RATE, of users by LITSO_USER_RATE."""

    def __init__(self, settings: Settings) -> None:
        self._programs = Buckets(settings.token_rate)
        self._users = Buckets(settings.user_rate)

    def take(self, actor: Actor) -> None:
        """Count a request of an actor; TooMany says when to come again."""
        (self._programs if actor.is_service else self._users).take(actor.name)

"""How long to wait before what failed is tried again."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import timedelta


def backoff(
    attempts: int, first: timedelta, *, longest: timedelta, chance: Callable[[], float] = random.random
) -> timedelta:
    """How long to wait after so many attempts in a row: twice as long each time, and by chance up to half of it less.

    Chance keeps those who failed together from coming back together.
    """
    whole = min(first * (1 << min(attempts - 1, 16)), longest)
    return whole * (1 - chance() / 2)

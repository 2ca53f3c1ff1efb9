"""The list of invalid passports: four bytes a passport, searched by bisection where it lies on disk."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

ALL_SERIES = 10_000


@dataclass(frozen=True, eq=False)
class PassportList:
    """Numbers of one series after another, sorted within it: series s has those from `starts[s]` to `starts[s + 1]`."""

    starts: NDArray[np.int64]
    numbers: NDArray[np.uint32]

    def has(self, series: str, number: str) -> bool:
        """Whether a passport is on the list: «45 09», «123456»."""
        first, last = (int(self.starts[int(series.replace(" ", "")) + more]) for more in (0, 1))
        own = self.numbers[first:last]
        at = int(np.searchsorted(own, np.uint32(int(number))))
        return at < len(own) and int(own[at]) == int(number)

    def has_many(self, passports: NDArray[np.int64]) -> NDArray[np.bool_]:
        """Whether each of some ten-digit passports is on the list."""
        found = np.zeros(len(passports), dtype=np.bool_)
        order = np.argsort(passports, kind="stable")
        series = passports[order] // 1_000_000
        begins = np.flatnonzero(np.diff(series, prepend=-1))
        for begin, end in zip(begins, np.append(begins, len(series))[1:], strict=True):
            own = self.numbers[int(self.starts[series[begin]]) : int(self.starts[series[begin] + 1])]
            asked = (passports[order[begin:end]] % 1_000_000).astype(np.uint32)
            at = np.searchsorted(own, asked)
            is_inside = at < len(own)
            found[order[begin:end][is_inside]] = own[at[is_inside]] == asked[is_inside]
        return found


def passport_list(passports: NDArray[np.int64]) -> PassportList:
    """The list of sorted ten-digit passports, each once."""
    starts = np.searchsorted(passports, np.arange(ALL_SERIES + 1, dtype=np.int64) * 1_000_000)
    return PassportList(starts.astype(np.int64), (passports % 1_000_000).astype(np.uint32))

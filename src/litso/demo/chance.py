"""Random numbers that depend on the seed, the stage and the block alone: not on chunks, threads or order of work."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]
Floats = NDArray[np.float64]

VERSION: Final = 1
"""Of the generator: another version may write other bytes for the same seed."""


def stream(seed: int, stage: str, block: int = 0) -> np.random.Generator:
    """Random numbers of one stage in one block."""
    name = int.from_bytes(stage.encode()[:8].ljust(8, b"\0"), "little")
    return np.random.Generator(np.random.PCG64(np.random.SeedSequence([VERSION, seed, name, block])))


def scramble(numbers: Ints, prime: int, seed: int, salt: int = 0) -> Ints:
    """A one-to-one mapping of [0, prime) onto itself that looks random; numbers are taken modulo the prime first.

    A linear mapping, then a power that has no common divisor with prime - 1. The prime must be below 2**31.
    """
    factor = 1 + (0x9E3779B1 * (seed + 1) + 0x85EBCA6B * salt) % (prime - 1)
    linear = (numbers % prime * factor + seed * 7919 + salt * 104_729) % prime
    exponent = next(power for power in (3, 5, 7, 11, 13, 17, 19, 23) if (prime - 1) % power)
    result = linear
    for _ in range(exponent - 1):
        result = result * linear % prime
    return result


def pick(rng: np.random.Generator, weights: Floats, size: int) -> Ints:
    """Indexes drawn by weight."""
    cumulated = np.cumsum(weights)
    drawn: Ints = np.searchsorted(cumulated, rng.random(size) * cumulated[-1], side="right").astype(np.int64)
    return drawn

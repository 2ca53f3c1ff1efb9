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


def scramble(numbers: Ints, modulus: int, salt: int) -> Ints:
    """A one-to-one mapping of [0, modulus) onto itself that looks random; numbers are taken modulo it first."""
    factor = _coprime(modulus, salt)
    return (numbers % modulus * factor + salt * 7919) % modulus


def _coprime(modulus: int, salt: int) -> int:
    factor = int(modulus * 0.6180339887) + 2 * (salt % 1000) + 1
    while np.gcd(factor, modulus) != 1:
        factor += 1
    return factor


def pick(rng: np.random.Generator, weights: Floats, size: int) -> Ints:
    """Indexes drawn by weight."""
    cumulated = np.cumsum(weights)
    return np.searchsorted(cumulated, rng.random(size) * cumulated[-1], side="right").astype(np.int64)

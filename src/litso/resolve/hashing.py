"""64-bit hashes that are the same on every machine, engine and version: the arithmetic is our own.

Keys are kept in the store and compared between planes, so neither Python's salted `hash` nor an engine's own will do.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

Hashes = npt.NDArray[np.uint64]

_BASE: Final = np.uint64(0x9E3779B97F4A7C15)
_MIX_1: Final = np.uint64(0xBF58476D1CE4E5B9)
_MIX_2: Final = np.uint64(0x94D049BB133111EB)
_LONGEST: Final = 4096
"""Bytes of a text that count; standard values are far shorter."""


def _powers() -> Hashes:
    """Powers of an odd base modulo 2**64: the weight of each byte of a text."""
    powers = np.full(_LONGEST, _BASE, dtype=np.uint64)
    powers[0] = 1
    with np.errstate(over="ignore"):
        return np.multiply.accumulate(powers)


_POWERS: Final = _powers()


def mix(values: Hashes) -> Hashes:
    """Spread the bits of each value over all 64 bits (the finalizer of splitmix64)."""
    with np.errstate(over="ignore"):
        values = (values ^ (values >> np.uint64(30))) * _MIX_1
        values = (values ^ (values >> np.uint64(27))) * _MIX_2
        return values ^ (values >> np.uint64(31))


def hash_texts(texts: pa.Array) -> Hashes:
    """Hash each text; null gives the hash of the empty text, which is 0 by agreement."""
    texts = pc.fill_null(texts, "").cast(pa.large_string())
    if not len(texts):
        return np.zeros(0, dtype=np.uint64)
    _, offsets_buffer, data_buffer = texts.buffers()
    offsets = np.frombuffer(offsets_buffer, dtype=np.int64)[texts.offset : texts.offset + len(texts) + 1]
    lengths = np.diff(offsets)
    if not lengths.sum():
        return np.zeros(len(texts), dtype=np.uint64)
    data = np.frombuffer(data_buffer, dtype=np.uint8)[offsets[0] : offsets[-1]].astype(np.uint64)
    places = np.arange(len(data)) - np.repeat(offsets[:-1] - offsets[0], lengths)
    with np.errstate(over="ignore"):
        sums = np.concatenate([np.zeros(1, np.uint64), np.cumsum((data + np.uint64(1)) * _POWERS[places % _LONGEST])])
        sums = sums[offsets[1:] - offsets[0]] - sums[offsets[:-1] - offsets[0]]
    return np.where(lengths > 0, mix(sums), np.uint64(0))


def combine(seed: int, *parts: Hashes) -> Hashes:
    """One hash of several, in which their order counts; `seed` keeps the meanings of keys apart."""
    total = np.full(len(parts[0]), np.uint64(seed), dtype=np.uint64)
    with np.errstate(over="ignore"):
        for part in parts:
            total = mix(total * _BASE + part)
    return total


def seed_of(name: str) -> int:
    """A number for a name, to keep the meanings of keys apart."""
    return int(hash_texts(pa.array([name]))[0])


def block_keys(rule: str, level: int, *parts: Hashes) -> Hashes:
    """Keys of blocks of a rule, from the hashes of what their nodes have in common."""
    return combine(seed_of(f"{rule}/{level}"), *parts)

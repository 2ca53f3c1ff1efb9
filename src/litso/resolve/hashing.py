"""64-bit hashes that are the same on every machine, engine and version: the arithmetic is our own.

Keys are kept in the store and compared between planes, so neither Python's salted `hash` nor an engine's own will do.
"""

from __future__ import annotations

from functools import cache, lru_cache
from typing import Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

Hashes = npt.NDArray[np.uint64]

_BASE: Final = np.uint64(0x9E3779B97F4A7C15)
_MIX_1: Final = np.uint64(0xBF58476D1CE4E5B9)
_MIX_2: Final = np.uint64(0x94D049BB133111EB)
_MASK: Final = (1 << 64) - 1
_WORD: Final = 8
_FEW: Final = 200
"""Texts up to which one by one is quicker than in bulk."""


def mix(values: Hashes) -> Hashes:
    """Spread the bits of each value over all 64 bits (the finalizer of splitmix64)."""
    with np.errstate(over="ignore"):
        values = (values ^ (values >> np.uint64(30))) * _MIX_1
        values = (values ^ (values >> np.uint64(27))) * _MIX_2
        return values ^ (values >> np.uint64(31))


def hash_texts(texts: pa.Array) -> Hashes:
    """Hash each text; null gives the hash of the empty text, which is 0 by agreement."""
    if len(texts) <= _FEW:
        return np.array([hash_text(text or "") for text in texts.to_pylist()], dtype=np.uint64)
    texts = pc.fill_null(texts, "").cast(pa.large_string())
    _, offsets_buffer, data_buffer = texts.buffers()
    offsets = np.frombuffer(offsets_buffer, dtype=np.int64)[texts.offset : texts.offset + len(texts) + 1]
    data = np.frombuffer(data_buffer, dtype=np.uint8) if data_buffer else np.zeros(0, dtype=np.uint8)
    lengths = np.diff(offsets)
    hashes = np.zeros(len(texts), dtype=np.uint64)
    for length in np.unique(lengths[lengths > 0]).tolist():
        chosen = np.flatnonzero(lengths == length)
        hashes[chosen] = _of_one_length(data, offsets[chosen], length)
    return hashes


def _of_one_length(data: npt.NDArray[np.uint8], starts: npt.NDArray[np.int64], length: int) -> Hashes:
    """Hashes of the texts of `length` bytes that start at `starts`: a polynomial of their 64-bit words."""
    words = -(-length // _WORD)
    padded = np.zeros((len(starts), words * _WORD), dtype=np.uint8)
    padded[:, :length] = np.lib.stride_tricks.sliding_window_view(data, length)[starts]
    total = np.full(len(starts), np.uint64(length), dtype=np.uint64)
    with np.errstate(over="ignore"):
        for column in padded.view("<u8").T:
            total = mix(total * _BASE + column)
    return total


@lru_cache(maxsize=200_000)
def hash_text(text: str) -> int:
    """The same hash of one text."""
    raw = text.encode()
    total = len(raw)
    for place in range(0, len(raw), _WORD):
        total = _mix_one((total * int(_BASE) + int.from_bytes(raw[place : place + _WORD], "little")) & _MASK)
    return total


def _mix_one(value: int) -> int:
    value = ((value ^ (value >> 30)) * int(_MIX_1)) & _MASK
    value = ((value ^ (value >> 27)) * int(_MIX_2)) & _MASK
    return value ^ (value >> 31)


def combine(seed: int, *parts: Hashes) -> Hashes:
    """One hash of several, in which their order counts; `seed` keeps the meanings of keys apart."""
    total = np.full(len(parts[0]), np.uint64(seed), dtype=np.uint64)
    with np.errstate(over="ignore"):
        for part in parts:
            total = mix(total * _BASE + part)
    return total


@cache
def seed_of(name: str) -> int:
    """A number for a name, to keep the meanings of keys apart."""
    return hash_text(name)


def block_keys(rule: str, level: int, *parts: Hashes) -> Hashes:
    """Keys of blocks of a rule, from the hashes of what their nodes have in common."""
    return combine(_block_seed(rule, level), *parts)


def block_key(rule: str, level: int, *parts: int) -> int:
    """The same of one block."""
    total = _block_seed(rule, level)
    for part in parts:
        total = _mix_one((total * int(_BASE) + part) & _MASK)
    return total


@cache
def _block_seed(rule: str, level: int) -> int:
    return seed_of(f"{rule}/{level}")

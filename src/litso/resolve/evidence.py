"""Evidence of many pairs at once: a table of levels, one column a claim, and its distinct patterns.

One implementation serves a million pairs, one pair and a batch of Spark. Levels are symmetric: the order of the two
nodes of a pair never matters.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from litso.resolve.claims import Claim
from litso.resolve.columns import Columns, Indices
from litso.resolve.compare import Frequencies, Levels, Pairs

_ROOM = 2**62


def compare(
    columns: Columns, left: Indices, right: Indices, claims: Sequence[Claim], frequencies: Frequencies
) -> npt.NDArray[np.uint8]:
    """Levels of pairs (`left[p]`, `right[p]`: rows of `columns`), shape (claims, pairs)."""
    pairs = Pairs(columns, left, right)
    for claim in claims:
        silent = not any(columns.has(name) for name in claim.columns)
        pairs.decided[claim.name] = pairs.none() if silent else claim.decide(pairs, frequencies)
    return np.stack([pairs.decided[claim.name] for claim in claims]) if claims else np.zeros((0, len(pairs)), np.uint8)


class Patterns(NamedTuple):
    """Distinct columns of a table of levels: `levels` (claims, patterns); for each pair the number of its pattern."""

    levels: Levels
    of_pair: npt.NDArray[np.int32]


def patterns(levels: Levels) -> Patterns:
    """Group pairs with the same levels; patterns come in the order of their levels, whatever the order of the pairs."""
    codes = np.zeros(levels.shape[1], dtype=np.int64)
    span = 1
    for row in levels:
        size = int(row.max(initial=0)) + 1
        if span * size >= _ROOM:
            distinct, codes = np.unique(codes, return_inverse=True)
            span = len(distinct)
        codes, span = codes * size + row, span * size
    encoded = pa.array(codes).dictionary_encode()
    order = np.argsort(encoded.dictionary.to_numpy())
    rank = np.empty(len(order), dtype=np.int32)
    rank[order] = np.arange(len(order), dtype=np.int32)
    of_pair = rank[encoded.indices.to_numpy()]
    example = np.empty(len(order), dtype=np.int64)
    example[of_pair] = np.arange(len(of_pair))
    return Patterns(np.ascontiguousarray(levels[:, example]), of_pair)


def merged(parts: Sequence[Patterns]) -> Patterns:
    """Patterns of several batches of pairs as one, in the order of the batches."""
    whole = patterns(np.concatenate([part.levels for part in parts], axis=1))
    starts = np.cumsum([0, *(part.levels.shape[1] for part in parts)])
    of_pair = [whole.of_pair[start + part.of_pair] for start, part in zip(starts[:-1], parts, strict=True)]
    return Patterns(whole.levels, np.concatenate(of_pair))

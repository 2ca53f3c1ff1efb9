"""Figures of a load or a rehearsal: what is filled, how good it is, what is rejected, what is double.

Gathered batch by batch; memory: 16 KiB an attribute and 8 bytes a record.
"""

from __future__ import annotations

from collections import Counter
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import polars as pl
import pyarrow as pa
import pyarrow.compute as pc

from litso.domain.record import ATTRIBUTES, CUSTOM_PREFIX, LIST_ATTRIBUTES, QC_KINDS
from litso.sources.mapped import MappedBatch
from litso.sources.mapping import Mapping

_NOT_VALUES: Final = ("source", "source_id", "updated_at", "kind", "problems")


class Distinct:
    """An estimate (±1 %) of how many different values were seen: HyperLogLog with 2^14 registers."""

    _BITS: Final = 14

    def __init__(self) -> None:
        self._ranks: npt.NDArray[np.uint8] = np.zeros(1 << self._BITS, np.uint8)

    def add(self, values: pl.Series) -> None:
        """Note the values that are not null."""
        hashes = values.drop_nulls().hash().to_numpy()
        registers = (hashes >> np.uint64(64 - self._BITS)).astype(np.int64)
        rest = (hashes << np.uint64(self._BITS)) | np.uint64(1 << (self._BITS - 1))
        ranks = (64 - np.floor(np.log2(rest.astype(np.float64)))).astype(np.uint8)
        np.maximum.at(self._ranks, registers, ranks)

    def estimate(self) -> int:
        """How many different values, about."""
        count = self._ranks.size
        empty = int((self._ranks == 0).sum())
        raw = 0.7213 / (1 + 1.079 / count) * count**2 / np.sum(2.0 ** -self._ranks.astype(np.float64))
        return round(float(count * np.log(count / empty) if empty and raw <= 2.5 * count else raw))


class Profile:
    """The figures so far. `add` each batch, then read the properties."""

    def __init__(self, mapping: Mapping) -> None:
        customs = [CUSTOM_PREFIX + name for name in mapping.customs]
        self.attributes = [name for name in ATTRIBUTES if name in mapping.attributes] + customs
        self.records = 0
        self.facts: Counter[str] = Counter()
        self.rejected: Counter[str] = Counter()
        self.unread: Counter[str] = Counter()
        self.repeated = 0
        self.filled: Counter[str] = Counter(dict.fromkeys(self.attributes, 0))
        self.codes: dict[str, Counter[int]] = {}
        self.problems: Counter[str] = Counter()
        self._distinct = {name: Distinct() for name in self.attributes}
        self._fingerprints: list[npt.NDArray[np.uint64]] = []

    @property
    def rows(self) -> int:
        """Rows in: every row is a record, rejected or repeated."""
        return self.records + self.rejected.total() + self.repeated

    def add(self, batch: MappedBatch, standard: pa.Table | None = None) -> None:
        """Count a batch, and its standard records if they were made."""
        self.records += batch.records.num_rows
        self.repeated += batch.repeated
        self.rejected.update(row.code for row in batch.rejected)
        self.unread.update(batch.unread)
        self.facts.update(_counted(batch.facts["kind"]))
        for name in self.attributes:
            self._add_attribute(name, batch.records[name])
        if standard is not None:
            self._add_standard(standard)

    def _add_attribute(self, name: str, column: pa.ChunkedArray) -> None:
        self.filled[name] += len(column) - column.null_count
        values = pc.list_flatten(column) if name in LIST_ATTRIBUTES else column
        self._distinct[name].add(pl.Series(values))

    def _add_standard(self, standard: pa.Table) -> None:
        for kind in QC_KINDS:
            counted = _counted(standard["qc_" + kind])
            if counted:
                self.codes.setdefault(kind, Counter()).update(counted)
        self.problems.update(_counted(pc.list_flatten(standard["problems"])))
        self._fingerprints.append(_fingerprints(standard))

    @property
    def duplicates(self) -> int:
        """Records that are equal to an earlier one in every standard value."""
        seen = np.concatenate(self._fingerprints) if self._fingerprints else np.empty(0, np.uint64)
        return int(seen.size - np.unique(seen).size)

    def quality(self) -> dict[str, dict[str, Any]]:
        """By attribute (and kind of quality code): filled, distinct (about), qc as {code: records}."""
        found: dict[str, dict[str, Any]] = {
            name: {"filled": self.filled[name], "distinct": self._distinct[name].estimate()} for name in self.attributes
        }
        for kind, codes in self.codes.items():
            found.setdefault(kind, {})["qc"] = {str(code): codes[code] for code in sorted(codes)}
        return found


def _counted(column: pa.ChunkedArray) -> dict[Any, int]:
    """How often each value occurs; nulls do not count."""
    counts = pc.value_counts(column.drop_null())
    return {pair["values"]: pair["counts"] for pair in counts.to_pylist()}


def _fingerprints(standard: pa.Table) -> npt.NDArray[np.uint64]:
    """A hash of all standard values of each record that has any."""
    names = [name for name in standard.column_names if name not in _NOT_VALUES and not name.startswith("qc_")]
    frame = pl.DataFrame(pl.from_arrow(standard.select(names)))
    texts = frame.with_columns(pl.col(pl.List(pl.String)).list.join("\x1f"))
    given = texts.filter(pl.any_horizontal(pl.all().cast(pl.String).fill_null("") != ""))
    return given.hash_rows().to_numpy()

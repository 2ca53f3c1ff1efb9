"""Files whose totals are checked before a row is taken: where they disagree, every row goes to quarantine."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import replace
from decimal import Decimal
from functools import cache
from typing import Any, NamedTuple

from litso.sources.payload import payloads
from litso.sources.quarantine import reject
from litso.sources.raw import RawBatch, SourceFile


class Disagreement(NamedTuple):
    """Why a file is put aside whole: a code of the quarantine, and the figures of its sentence."""

    code: str
    figures: Mapping[str, Any]


def no_totals(mark: str) -> Disagreement:
    """The totals are not there, or cannot be read."""
    return Disagreement("no_totals", {"mark": mark})


def disagreement(what: str, found: Decimal | int, expected: Decimal | int) -> Disagreement | None:
    """None where a figure of the rows is that of the totals."""
    if found == expected:
        return None
    return Disagreement("totals_disagree", {"what": what, "found": found, "expected": expected})


def whole_or_nothing(file: SourceFile, check: Callable[[], Disagreement | None]) -> SourceFile:
    """The file with all of its rows where `check` finds nothing, else with none but in quarantine."""
    once = cache(check)

    def read(rows: int, only: Collection[str] | None) -> Iterator[RawBatch]:
        found = once()
        batches = file.batches(rows, only)
        return batches if found is None else (_put_aside(batch, found) for batch in batches)

    return replace(file, reader=read)


def _put_aside(batch: RawBatch, found: Disagreement) -> RawBatch:
    pairs = zip(batch.lines.to_pylist(), payloads(batch.rows), strict=True)
    rejected = [reject(found.code, line, payload, **found.figures) for line, payload in pairs]
    return RawBatch(batch.rows.slice(0, 0), batch.lines.slice(0, 0), batch.rejected + rejected, batch.position)


def amount(text: str) -> Decimal | None:
    """A sum of money as registers write it: «1 234,56», «1234.56»; None where it is no number."""
    plain = "".join(text.split()).replace(",", ".")
    return Decimal(plain) if plain.removeprefix("-").replace(".", "", 1).isdecimal() and len(plain) < 30 else None

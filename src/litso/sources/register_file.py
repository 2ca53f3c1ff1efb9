"""Registers of payments as banks send them: rows with a delimiter, and a line of totals that must agree with them."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Final

import polars as pl
import pyarrow.compute as pc

from litso.sources.blocks import open_text, read_blocks
from litso.sources.csv_file import lines_beginning, open_csv
from litso.sources.encoding import UTF8
from litso.sources.mapping import Mapping, Register
from litso.sources.raw import SourceFile, match_columns
from litso.sources.totals import Disagreement, amount, disagreement, no_totals, whole_or_nothing
from litso.sources.values import parse_amounts

_KOPECK: Final = Decimal("0.01")


def open_register(path: Path, mapping: Mapping, is_gzip: bool = False) -> SourceFile:
    """Open a register. Its rows are all good or, where the totals disagree with them, all in quarantine."""
    layout = mapping.register
    assert layout is not None
    file = open_csv(path, mapping, is_gzip, (layout.totals, *layout.comments))

    def check() -> Disagreement | None:
        given = list(_totals(path, mapping, layout, is_gzip))
        if len(given) != 1:
            return no_totals(layout.totals)
        return _compared(file, layout, [field.strip() for field in given[0].split(file.delimiter or ";")])

    return whole_or_nothing(file, check)


def _totals(path: Path, mapping: Mapping, layout: Register, is_gzip: bool) -> Iterator[str]:
    """What lines of totals say behind their beginning."""
    pattern = lines_beginning((layout.totals,))
    text, _ = open_text(path, is_gzip, mapping.encoding)
    for block in read_blocks(text):
        for found in pattern.finditer(block.data):
            yield found[1].decode(UTF8, "replace")


def _compared(file: SourceFile, layout: Register, fields: list[str]) -> Disagreement | None:
    columns = match_columns([column for column, _ in layout.sums], file.columns)
    rows, sums = 0, dict.fromkeys(columns, Decimal(0))
    for batch in file.batches():
        rows += batch.rows.num_rows
        for name, column in columns.items():
            found = parse_amounts(pl.Series(batch.rows[column])) if batch.rows.num_rows else None
            sums[name] += (pc.sum(found).as_py() or 0) if found is not None else 0
    if layout.count is not None:
        count = _field(fields, layout.count)
        if count is None:
            return no_totals(layout.totals)
        if wrong := disagreement("строк", rows, int(count)):
            return wrong
    for name, place in layout.sums:
        total = _field(fields, place)
        if total is None:
            return no_totals(layout.totals)
        if wrong := disagreement(f"сумма «{name}»", sums[name].quantize(_KOPECK), total.quantize(_KOPECK)):
            return wrong
    return None


def _field(fields: list[str], place: int) -> Decimal | None:
    return amount(fields[place - 1]) if place <= len(fields) else None

"""Reads one block of CSV: by Arrow where the rules are kept, row by row where they are not.

If every quote of the block stands where RFC 4180 wants it and no line is damaged, Arrow reads the block and the line
numbers follow from the newlines outside quotes. Otherwise the lines that break the rules are taken out, read one by one
(csv_rows) and, if they have no single meaning, go to quarantine; the rest goes to Arrow.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.csv

from litso.errors import BrokenInvariant
from litso.sources.blocks import MAX_LINE
from litso.sources.csv_dialect import Dialect
from litso.sources.csv_layout import (
    Lines,
    Mask,
    Positions,
    Suspects,
    blank_rows,
    damaged_lines,
    lay_out,
    suspects,
    swallows_rows,
    tidy_rows,
    without_lines,
)
from litso.sources.csv_rows import Split, fit_width, split_fields
from litso.sources.damage import of_another_encoding, too_long, undecodable
from litso.sources.encoding import UTF8, is_utf8
from litso.sources.quarantine import Rejected, reject
from litso.sources.raw import payload_of_fields

MAX_SPAN: Final = 1000
"""A row that breaks the rules and spans more lines than this is not one row."""
_TRIES: Final = 3


class Part(NamedTuple):
    """What was read of a block: rows with the index of their first line, rejected rows, the end of what was used."""

    rows: pa.Table
    lines: Positions
    rejected: list[Rejected]
    used: int


class Plan(NamedTuple):
    """What is known before reading a block.

    `line` is the number of its first line; `cut_line` and `mixed` are lines of the block (from 0): the last of the file
    if it has no newline, and those in another encoding; `is_last`: no later block can finish a row.
    """

    dialect: Dialect
    encoding: str
    only: tuple[str, ...] | None
    line: int = 1
    is_last: bool = False
    cut_line: int | None = None
    mixed: frozenset[int] = frozenset()

    @property
    def delimiter(self) -> str:
        return self.dialect.delimiter

    @property
    def width(self) -> int:
        return len(self.dialect.columns)

    @property
    def names(self) -> list[str]:
        """The columns to be read."""
        return list(self.dialect.columns if self.only is None else self.only)


def read_block(data: bytes, plan: Plan) -> Part:
    """Read a block of whole lines."""
    lines = lay_out(data)
    damaged = damaged_lines(lines, plan.mixed)
    part = None if damaged.any() else _read_tidy(lines, plan)
    return part or _read_untidy(lines, damaged, plan)


def empty_rows(plan: Plan) -> pa.Table:
    return pa.table({name: pa.array([], pa.string()) for name in plan.names})


# The quick way --------------------------------------------------------------------------------------------------


def _read_tidy(lines: Lines, plan: Plan) -> Part | None:
    """Read a block that keeps the rules, or answer None."""
    rows = tidy_rows(lines, plan.delimiter)
    if rows is None:
        return None
    firsts, lasts = rows
    used = int(lines.ends[lasts[-1]]) + 1 if lasts.size else 0
    left = len(lines.data) - used
    if left > MAX_LINE or (left and plan.is_last) or swallows_rows(lines, *rows, plan.delimiter, plan.width):
        return None
    return _read_clean(lines.data[:used], firsts[~blank_rows(lines, firsts, lasts)], used, plan)


def _read_clean(data: bytes, firsts: Positions, used: int, plan: Plan) -> Part | None:
    """Let Arrow read rows that keep the rules; those with another number of fields are looked at one by one."""
    odd: list[Any] = []

    def keep(row: Any) -> str:
        odd.append(row)
        return "skip"

    rows = _arrow_rows(data, plan, keep)
    if rows.num_rows + len(odd) != firsts.size:
        return None
    good = np.ones(firsts.size, np.bool_)
    good[[row.number - 1 for row in odd]] = False
    texts = [(int(firsts[row.number - 1]), row.text) for row in odd if row.text.strip()]
    return _merge(Part(rows, firsts[good], [], used), [_judge(text, line, plan) for line, text in texts], plan)


def _arrow_rows(data: bytes, plan: Plan, on_invalid: Any) -> pa.Table:
    if not data:
        return empty_rows(plan)
    columns = list(plan.dialect.columns)
    return pyarrow.csv.read_csv(
        pa.BufferReader(data),
        read_options=pyarrow.csv.ReadOptions(column_names=columns, use_threads=False, block_size=len(data) + 1),
        parse_options=pyarrow.csv.ParseOptions(
            delimiter=plan.delimiter, newlines_in_values=True, invalid_row_handler=on_invalid
        ),
        convert_options=pyarrow.csv.ConvertOptions(
            column_types=dict.fromkeys(columns, pa.string()),
            strings_can_be_null=False,
            check_utf8=False,
            include_columns=plan.names,
        ),
    )


# The careful way ------------------------------------------------------------------------------------------------

Judged = tuple[int, list[str]] | Rejected


def _read_untidy(lines: Lines, damaged: Mask, plan: Plan) -> Part:
    """Read lines that break the rules one by one, the others by Arrow."""
    found = suspects(lines, damaged, plan.delimiter)
    judged: list[Judged] = []
    taken = np.zeros(lines.ends.size, np.bool_)
    used, position = len(lines.data), 0
    for first in found.lines.tolist():
        if first < position:
            continue
        verdict, position = _read_row(lines, first, damaged, found, plan)
        if verdict is None:
            taken[first:] = True
            used = int(lines.starts[first])
            break
        taken[first:position] = True
        judged.append(verdict)
    index = np.arange(lines.ends.size)
    taken |= blank_rows(lines, index, index)
    part = _read_clean(without_lines(lines, taken), np.flatnonzero(~taken), used, plan)
    if part is None:
        raise BrokenInvariant(f"Lines {plan.line} to {plan.line + lines.ends.size} are not one row each")
    return _merge(part, judged, plan)


def _read_row(lines: Lines, first: int, damaged: Mask, found: Suspects, plan: Plan) -> tuple[Judged | None, int]:
    """Read the row that begins at line `first`: its verdict (None: unfinished in this block) and the line after it."""
    raw = lines.text(first, first)
    if damaged[first] and (flaw := _flaw(raw, first, plan)):
        return flaw, first + 1
    text = raw.decode(UTF8)
    if split_fields(text, plan.delimiter).is_open:
        limit = min(first + MAX_SPAN, lines.ends.size)
        closers = (first + 1 + np.flatnonzero(found.odd[first + 1 : limit]))[:_TRIES].tolist()
        fields, last = _join(lines, first, closers, damaged, plan)
        if fields is not None:
            return (first, fields), last + 1
        is_short = limit == lines.ends.size and len(lines.data) - lines.starts[first] <= MAX_LINE
        if last < 0 and is_short and len(closers) < _TRIES and not plan.is_last:
            return None, first
    return _judge(text, first, plan), first + 1


def _join(lines: Lines, first: int, closers: Sequence[int], damaged: Mask, plan: Plan) -> tuple[list[str] | None, int]:
    """The fields of the row from line `first` to the first of `closers` that ends it properly, and that line.

    No fields where the row is spoilt on its way to the line; -1 where none of the lines ends it.
    """
    for last in closers:
        if damaged[first : last + 1].any():
            return None, last
        split = split_fields(lines.text(first, last).decode(UTF8), plan.delimiter)
        if not split.is_open:
            return None if split.is_loose else fit_width(split.fields, plan.width), last
    return None, -1


def _flaw(raw: bytes, first: int, plan: Plan) -> Rejected | None:
    """The reason why a damaged line cannot be read; a lone carriage return is none."""
    line = plan.line + first
    if len(raw) > MAX_LINE:
        return too_long(line, raw, len(raw))

    def payload(text: str) -> str:
        return payload_of_fields(plan.dialect.columns, split_fields(text, plan.delimiter).fields)

    if not is_utf8(raw):
        return undecodable(line, raw, plan.encoding, payload)
    text = raw.decode(UTF8)
    if first in plan.mixed:
        return of_another_encoding(line, plan.encoding, payload(text))
    return reject("nul_bytes", line, payload(text)) if b"\0" in raw else None


def _judge(text: str, first: int, plan: Plan) -> Judged:
    """A row as its fields, or why it cannot be one."""
    split = split_fields(text.removesuffix("\r"), plan.delimiter)
    fields = fit_width(split.fields, plan.width)
    if fields is not None and not split.is_open:
        return first, fields
    payload = payload_of_fields(plan.dialect.columns, split.fields)
    return reject(_fault(split, first, plan), plan.line + first, payload, found=len(split.fields), expected=plan.width)


def _fault(split: Split, first: int, plan: Plan) -> str:
    if first == plan.cut_line and len(split.fields) <= plan.width:
        return "cut_short"
    if split.is_open:
        return "unbalanced_quote"
    return "bad_quotes" if split.is_loose else "wrong_field_count"


def _merge(part: Part, judged: Sequence[Judged], plan: Plan) -> Part:
    """Put rows that were read one by one among the others, in the order of the file."""
    rejected = [*part.rejected, *(verdict for verdict in judged if isinstance(verdict, Rejected))]
    rows = [verdict for verdict in judged if not isinstance(verdict, Rejected)]
    rejected.sort(key=lambda row: row.line or 0)
    if not rows:
        return part._replace(rejected=rejected)
    numbers = np.concatenate((part.lines, np.array([line for line, _ in rows], np.int64)))
    order = np.argsort(numbers, kind="stable")
    table = pa.concat_tables([part.rows, _as_table([fields for _, fields in rows], plan)])
    return part._replace(rows=table.take(order), lines=numbers[order], rejected=rejected)


def _as_table(rows: list[list[str]], plan: Plan) -> pa.Table:
    columns = dict(zip(plan.dialect.columns, zip(*rows, strict=True), strict=True))
    return pa.table({name: pa.array(columns[name], pa.string()) for name in plan.names})

"""CSV files: whole blocks by Arrow where the rules are kept, row by row where they are not.

A block is first looked over as bytes: if every quote stands where RFC 4180 wants it and no line is damaged, Arrow reads
the block and the line numbers follow from the newlines outside quotes. Otherwise the lines that break the rules are
taken out, read one by one (csv_rows) and, if they have no single meaning, go to quarantine; the rest goes to Arrow.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from pathlib import Path
from typing import Any, Final, NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.csv

from litso.errors import SourceUnusable
from litso.sources.blocks import HEAD, MAX_LINE, SAMPLE, Block, TextFile, open_text, read_blocks
from litso.sources.csv_dialect import Dialect, find_dialect
from litso.sources.csv_rows import Split, fit_width, split_fields
from litso.sources.encoding import UTF8, best_reading, is_utf8
from litso.sources.mapping import Mapping
from litso.sources.quarantine import Rejected, reject
from litso.sources.raw import (
    RawBatch,
    SourceFile,
    payload_of_fields,
    payload_of_text,
    slices,
    without_blank_rows,
)

MAX_SPAN: Final = 1000
"""A row that breaks the rules and spans more lines than this is not one row."""
_TRIES: Final = 3

_NEWLINE, _RETURN, _QUOTE = 10, 13, 34
Positions = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]


class _Lines(NamedTuple):
    """A block as physical lines: `starts[i]:ends[i]` without the newline; `quotes` are positions of quotes."""

    data: bytes
    signs: npt.NDArray[np.uint8]
    starts: Positions
    ends: Positions
    quotes: Positions

    def text(self, first: int, last: int) -> bytes:
        """Lines first…last as written, without the last newline."""
        return self.data[self.starts[first] : self.ends[last]].removesuffix(b"\r")


class _Part(NamedTuple):
    """What was read of a block: rows with the index of their first line, rejected rows, the end of what was used."""

    rows: pa.Table
    lines: Positions
    rejected: list[Rejected]
    used: int


class _Plan(NamedTuple):
    """What the readers of one file share. `line` is the number of the block's first line; `cut_line` and `mixed` are
    lines of the block (from 0): the last of the file if it has no newline, and those that are in another encoding.
    """

    dialect: Dialect
    encoding: str
    only: tuple[str, ...] | None
    line: int = 1
    is_last: bool = False
    cut_line: int | None = None
    mixed: frozenset[int] = frozenset()

    @property
    def width(self) -> int:
        return len(self.dialect.columns)


def open_csv(path: Path, mapping: Mapping, is_gzip: bool = False) -> SourceFile:
    """Open a CSV file. Raises SourceUnusable if it is empty or its first line has no end."""
    file, sample = open_text(path, is_gzip, mapping.encoding)
    if not sample.strip("\r\n\t \0"):
        raise SourceUnusable(f"{path}: файл пуст.")
    if len(sample) > SAMPLE // 8 and "\n" not in sample:
        raise SourceUnusable(f"{path}: первая строка слишком длинна для заголовка таблицы.")
    dialect = find_dialect(sample, mapping.columns(), mapping.delimiter, mapping.header)

    def read(rows: int, only: Collection[str] | None) -> Iterator[RawBatch]:
        plan = _Plan(dialect, file.encoding, tuple(only) if only is not None else None)
        for batch in _batches(file, plan):
            yield from slices(batch, rows)

    return SourceFile(
        path=path,
        format="csv",
        columns=dialect.columns,
        size=path.stat().st_size,
        reader=read,
        encoding=file.encoding,
        delimiter=dialect.delimiter,
        notices=dialect.notices,
    )


# Blocks ---------------------------------------------------------------------------------------------------------


def _batches(file: TextFile, plan: _Plan) -> Iterator[RawBatch]:
    """Blocks become batches; a row that a block leaves unfinished is put before the next one."""
    carry = Block(b"", 1, 0)
    for block in _after_header(read_blocks(file), plan.dialect.skip):
        if block.overlong:
            yield from _read_rest(carry, plan)
            yield _too_long(block, plan)
            carry = Block(b"", block.line + 1, block.position)
            continue
        joined = _join(carry, block)
        batch, used = _read_block(joined, plan)
        yield batch
        carry = _rest(joined, used)
    yield from _read_rest(carry, plan)


def _after_header(blocks: Iterator[Block], skip: int) -> Iterator[Block]:
    for block in blocks:
        if block.line > skip:
            yield block
        elif not block.overlong and (rest := _without_lines(block, skip + 1 - block.line)).data:
            yield rest


def _without_lines(block: Block, count: int) -> Block:
    position = 0
    for _ in range(count):
        position = block.data.find(b"\n", position) + 1
        if not position:
            return block._replace(data=b"")
    return _rest(block, position)


def _rest(block: Block, used: int) -> Block:
    """What follows the first `used` bytes of the block, which are whole lines."""
    passed = block.data.count(b"\n", 0, used)
    mixed = tuple(line - passed for line in block.mixed if line >= passed)
    return block._replace(data=block.data[used:], line=block.line + passed, mixed=mixed)


def _join(carry: Block, block: Block) -> Block:
    if not carry.data:
        return block
    shift = carry.data.count(b"\n")
    mixed = (*carry.mixed, *(line + shift for line in block.mixed))
    return block._replace(data=carry.data + block.data, line=carry.line, mixed=mixed)


def _read_rest(carry: Block, plan: _Plan) -> Iterator[RawBatch]:
    """Read what no later line can finish."""
    if carry.data:
        batch, _ = _read_block(carry, plan._replace(is_last=True))
        yield batch


def _too_long(block: Block, plan: _Plan) -> RawBatch:
    head = payload_of_text(block.data.decode(UTF8, "replace").rstrip("\n"))
    rejected = reject("row_too_long", block.line, head, size=block.overlong, limit=MAX_LINE)
    return RawBatch(_empty(plan), pa.array([], pa.int64()), [rejected], block.position)


def _read_block(block: Block, plan: _Plan) -> tuple[RawBatch, int]:
    """Read a block; also returns how many of its bytes were used."""
    lines = _lay_out(block.data)
    cut_line = lines.ends.size - 1 if block.is_cut else None
    plan = plan._replace(line=block.line, cut_line=cut_line, mixed=frozenset(block.mixed))
    damaged = _damaged(lines, plan)
    part = None if damaged.any() else _read_tidy(lines, plan)
    part = part or _read_untidy(lines, damaged, plan)
    rows, numbers = part.rows, pa.array(part.lines + block.line, pa.int64())
    if plan.only is None:
        rows, numbers = without_blank_rows(rows, numbers)
    return RawBatch(rows, numbers, part.rejected, block.position), part.used


def _lay_out(data: bytes) -> _Lines:
    signs = np.frombuffer(data, np.uint8)
    ends = np.flatnonzero(signs == _NEWLINE)
    starts = np.concatenate(([0], ends[:-1] + 1))
    quotes = np.flatnonzero(signs == _QUOTE) if b'"' in data else np.empty(0, np.int64)
    return _Lines(data, signs, starts, ends, quotes)


def _damaged(lines: _Lines, plan: _Plan) -> Mask:
    """Lines with NUL, bytes of another encoding, a carriage return inside, or of excessive length."""
    damaged = (lines.ends - lines.starts) > MAX_LINE
    if b"\0" in lines.data:
        damaged[_line_of(lines, np.flatnonzero(lines.signs == 0))] = True
    if b"\r" in lines.data:
        returns = np.flatnonzero(lines.signs == _RETURN)
        damaged[_line_of(lines, returns[lines.signs[returns + 1] != _NEWLINE])] = True
    if not is_utf8(lines.data):
        damaged |= [not is_utf8(line) for line in lines.data.split(b"\n")[:-1]]
    damaged[list(plan.mixed)] = True
    return damaged


def _line_of(lines: _Lines, positions: Positions) -> Positions:
    return np.searchsorted(lines.ends, positions)


# The quick way --------------------------------------------------------------------------------------------------


def _read_tidy(lines: _Lines, plan: _Plan) -> _Part | None:
    """Read a block that keeps the rules, or answer None."""
    delimiter = ord(plan.dialect.delimiter)
    if not _misplaced(lines, np.arange(lines.quotes.size), delimiter).any():
        is_end = (np.searchsorted(lines.quotes, lines.ends) & 1) == 0
        last = np.flatnonzero(is_end)
        used = int(lines.ends[last[-1]]) + 1 if last.size else 0
        is_stuck = used < len(lines.data) and (plan.is_last or len(lines.data) - used > MAX_LINE)
        firsts = np.concatenate(([0], last[:-1] + 1)) if last.size else last
        if not is_stuck and not _swallows(lines, firsts, last, plan):
            return _read_clean(lines.data[:used], firsts[~_is_blank(lines, firsts, last)], used, plan)
    return None


def _misplaced(lines: _Lines, order: Positions, delimiter: int) -> Mask:
    """Quotes that are neither opening after a delimiter, nor closing before one, nor one of a pair.

    `order` is the number of each quote within its row: even ones open, odd ones close.
    """
    before = lines.signs[lines.quotes - 1]
    before[lines.quotes == 0] = _NEWLINE
    after = lines.signs[lines.quotes + 1]
    neighbour = np.where(order & 1, after, before)
    allowed = (neighbour == delimiter) | (neighbour == _NEWLINE) | (neighbour == _QUOTE)
    misplaced: Mask = ~(allowed | ((order & 1 == 1) & (after == _RETURN)))
    return misplaced


def _swallows(lines: _Lines, firsts: Positions, lasts: Positions, plan: _Plan) -> bool:
    """Whether two lost quotes far apart make one row of many: a long row whose lines look like rows."""
    for row in np.flatnonzero(lasts - firsts > 100).tolist():
        inner = lines.data[lines.ends[firsts[row]] + 1 : lines.starts[lasts[row]]].split(b"\n")[:-1]
        delimiter = plan.dialect.delimiter.encode()
        alike = sum(line.count(delimiter) == plan.width - 1 for line in inner)
        if plan.width > 1 and alike > 0.9 * len(inner):
            return True
    return False


def _is_blank(lines: _Lines, firsts: Positions, lasts: Positions) -> Mask:
    """Rows of no signs at all, which Arrow leaves out."""
    length = lines.ends[lasts] - lines.starts[firsts]
    blank: Mask = (length == 0) | ((length == 1) & (lines.signs[lines.starts[firsts]] == _RETURN))
    return blank


def _read_clean(data: bytes, firsts: Positions, used: int, plan: _Plan) -> _Part | None:
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
    part = _Part(rows, firsts[good], [], used)
    if not odd:
        return part
    texts = [(int(firsts[row.number - 1]), row.text) for row in odd if row.text.strip()]
    return _merge(part, [_judge(text, line, plan) for line, text in texts], plan)


def _arrow_rows(data: bytes, plan: _Plan, on_invalid: Any) -> pa.Table:
    if not data:
        return _empty(plan)
    columns = list(plan.dialect.columns)
    return pyarrow.csv.read_csv(
        pa.BufferReader(data),
        read_options=pyarrow.csv.ReadOptions(column_names=columns, use_threads=False, block_size=len(data) + 1),
        parse_options=pyarrow.csv.ParseOptions(
            delimiter=plan.dialect.delimiter, newlines_in_values=True, invalid_row_handler=on_invalid
        ),
        convert_options=pyarrow.csv.ConvertOptions(
            column_types=dict.fromkeys(columns, pa.string()),
            strings_can_be_null=False,
            check_utf8=False,
            include_columns=list(plan.only) if plan.only is not None else None,
        ),
    )


def _empty(plan: _Plan) -> pa.Table:
    names = plan.dialect.columns if plan.only is None else plan.only
    return pa.table({name: pa.array([], pa.string()) for name in names})


# The careful way ------------------------------------------------------------------------------------------------

_Judged = tuple[int, list[str]] | Rejected


def _read_untidy(lines: _Lines, damaged: Mask, plan: _Plan) -> _Part:
    """Read lines that break the rules one by one, the others by Arrow."""
    suspects, odd = _suspects(lines, damaged, plan)
    judged: list[_Judged] = []
    taken = np.zeros(lines.ends.size, np.bool_)
    used = len(lines.data)
    position = 0
    for first in suspects.tolist():
        if first < position:
            continue
        verdict, position = _read_row(lines, first, damaged, odd, plan)
        if verdict is None:
            taken[first:] = True
            used = int(lines.starts[first])
            break
        taken[first:position] = True
        judged.append(verdict)
    index = np.arange(lines.ends.size)
    taken |= _is_blank(lines, index, index)
    part = _read_clean(_kept(lines, taken), np.flatnonzero(~taken), used, plan)
    if part is None:  # cannot be: every kept line is one row by construction
        raise SourceUnusable(f"Строки {plan.line}–{plan.line + lines.ends.size}: не удалось разобрать.")
    return _merge(part, judged, plan)


def _kept(lines: _Lines, taken: Mask) -> bytes:
    """The lines that were not taken out."""
    edges = np.flatnonzero(np.diff(np.concatenate(([True], taken, [True]))))
    runs = zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True)
    return b"".join(lines.data[lines.starts[first] : lines.ends[end - 1] + 1] for first, end in runs)


def _suspects(lines: _Lines, damaged: Mask, plan: _Plan) -> tuple[Positions, Mask]:
    """Lines to be read one by one, and lines with an odd number of quotes."""
    upto = np.searchsorted(lines.quotes, lines.ends)
    before = np.concatenate(([0], upto[:-1]))
    odd: Mask = ((upto - before) & 1) == 1
    of_line = _line_of(lines, lines.quotes)
    delimiter = ord(plan.dialect.delimiter)
    wrong = _misplaced(lines, np.arange(lines.quotes.size) - before[of_line], delimiter)
    opening = np.isin(lines.signs[lines.quotes - 1], (delimiter, _NEWLINE)) | (lines.quotes == 0)
    bad = odd.copy()
    bad[of_line[wrong]] = True
    quoted = np.zeros(lines.ends.size, np.bool_)
    quoted[of_line[opening]] = True
    return np.flatnonzero(damaged | (bad & quoted)), odd


def _read_row(lines: _Lines, first: int, damaged: Mask, odd: Mask, plan: _Plan) -> tuple[_Judged | None, int]:
    """Read the row that begins at line `first`: its verdict (None: unfinished in this block) and the line after it."""
    raw = lines.text(first, first)
    if damaged[first] and (flaw := _flaw(raw, first, plan)):
        return flaw, first + 1
    text = raw.decode(UTF8)
    if split_fields(text, plan.dialect.delimiter).is_open:
        limit = min(first + MAX_SPAN, lines.ends.size)
        closers = (first + 1 + np.flatnonzero(odd[first + 1 : limit]))[:_TRIES].tolist()
        for last in closers:
            if damaged[first : last + 1].any():
                break
            split = split_fields(lines.text(first, last).decode(UTF8), plan.dialect.delimiter)
            if not split.is_open:
                fields = None if split.is_loose else fit_width(split.fields, plan.width)
                if fields is None:
                    break
                return (first, fields), last + 1
        else:
            is_near_end = limit == lines.ends.size and len(lines.data) - lines.starts[first] <= MAX_LINE
            if is_near_end and len(closers) < _TRIES and not plan.is_last:
                return None, first
    return _judge(text, first, plan), first + 1


def _flaw(raw: bytes, first: int, plan: _Plan) -> Rejected | None:
    """The reason why a damaged line cannot be read; a lone carriage return is none."""
    line, delimiter = plan.line + first, plan.dialect.delimiter
    if len(raw) > MAX_LINE:
        head = payload_of_text(raw[:HEAD].decode(UTF8, "replace"))
        return reject("row_too_long", line, head, size=len(raw), limit=MAX_LINE)
    if not is_utf8(raw):
        text, guess = best_reading(raw) if plan.encoding == UTF8 else (raw.decode(UTF8, "replace"), plan.encoding)
        fields = split_fields(text, delimiter).fields
        payload = payload_of_fields(plan.dialect.columns, fields)
        return reject("undecodable", line, payload, encoding=plan.encoding.upper(), guess=guess.upper())
    payload = payload_of_fields(plan.dialect.columns, split_fields(raw.decode(UTF8), delimiter).fields)
    if first in plan.mixed:
        return reject("mixed_encoding", line, payload, encoding=plan.encoding.upper(), guess=UTF8.upper())
    return reject("nul_bytes", line, payload) if b"\0" in raw else None


def _judge(text: str, first: int, plan: _Plan) -> _Judged:
    """A row as its fields, or why it cannot be one."""
    split = split_fields(text.removesuffix("\r"), plan.dialect.delimiter)
    fields = fit_width(split.fields, plan.width)
    if fields is not None and not split.is_open:
        return first, fields
    payload = payload_of_fields(plan.dialect.columns, split.fields)
    return reject(_fault(split, first, plan), plan.line + first, payload, found=len(split.fields), expected=plan.width)


def _fault(split: Split, first: int, plan: _Plan) -> str:
    if first == plan.cut_line and len(split.fields) <= plan.width:
        return "cut_short"
    if split.is_open:
        return "unbalanced_quote"
    return "bad_quotes" if split.is_loose else "wrong_field_count"


def _merge(part: _Part, judged: Sequence[_Judged], plan: _Plan) -> _Part:
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


def _as_table(rows: list[list[str]], plan: _Plan) -> pa.Table:
    columns = dict(zip(plan.dialect.columns, zip(*rows, strict=True), strict=True))
    names = plan.dialect.columns if plan.only is None else plan.only
    return pa.table({name: pa.array(columns[name], pa.string()) for name in names})

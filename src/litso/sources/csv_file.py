"""CSV files: any delimiter, encoding and quoting; one bad row is quarantined and not the file."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from pathlib import Path

import pyarrow as pa

from litso.errors import SourceUnusable
from litso.sources.blocks import SAMPLE, Block, open_text, read_blocks
from litso.sources.csv_block import Plan, empty_rows, read_block
from litso.sources.csv_dialect import find_dialect
from litso.sources.damage import too_long
from litso.sources.mapping import Mapping
from litso.sources.raw import RawBatch, SourceFile, slices, without_blank_rows


def open_csv(path: Path, mapping: Mapping, is_gzip: bool = False, aside: Sequence[str] = ()) -> SourceFile:
    """Open a CSV file. aside: how lines begin that are no rows. SourceUnusable if it is empty or has no first line."""
    file, sample = open_text(path, is_gzip, mapping.encoding)
    sample = lines_beginning(aside).sub(b"", sample.encode()).decode() if aside else sample
    if not sample.strip("\r\n\t \0"):
        raise SourceUnusable(f"{path}: файл пуст.")
    if len(sample) > SAMPLE // 8 and "\n" not in sample:
        raise SourceUnusable(f"{path}: первая строка слишком длинна для заголовка таблицы.")
    dialect = find_dialect(sample, mapping.columns(), mapping.delimiter, mapping.header)

    def read(rows: int, only: Collection[str] | None) -> Iterator[RawBatch]:
        plan = Plan(dialect, file.encoding, tuple(only) if only is not None else None)
        for batch in _batches(_set_aside(read_blocks(file), aside), plan):
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


def lines_beginning(marks: Sequence[str]) -> re.Pattern[bytes]:
    """Finds lines of UTF-8 that begin with one of the marks; their text behind it is group 1."""
    return re.compile(rb"(?m)^[ \t]*(?:" + b"|".join(re.escape(mark.encode()) for mark in marks) + rb")([^\r\n]*)")


def _set_aside(blocks: Iterator[Block], marks: Sequence[str]) -> Iterator[Block]:
    """Lines that begin so become empty ones: the others keep their numbers."""
    pattern = lines_beginning(marks) if marks else None
    for block in blocks:
        yield block._replace(data=pattern.sub(b"", block.data)) if pattern and not block.overlong else block


def _batches(blocks: Iterator[Block], plan: Plan) -> Iterator[RawBatch]:
    """Blocks become batches; a row that a block leaves unfinished is put before the next one."""
    carry = Block(b"", 1, 0)
    for block in _after_header(blocks, plan.dialect.skip):
        if block.overlong:
            yield from _read_rest(carry, plan)
            rejected = [too_long(block.line, block.data, block.overlong)]
            yield RawBatch(empty_rows(plan), pa.array([], pa.int64()), rejected, block.position)
            carry = Block(b"", block.line + 1, block.position)
            continue
        joined = _join(carry, block)
        batch, used = _read(joined, plan)
        yield batch
        carry = _rest(joined, used)
    yield from _read_rest(carry, plan)


def _read_rest(carry: Block, plan: Plan) -> Iterator[RawBatch]:
    """Read what no later line can finish."""
    if carry.data:
        yield _read(carry, plan._replace(is_last=True))[0]


def _read(block: Block, plan: Plan) -> tuple[RawBatch, int]:
    """Read a block; also returns how many of its bytes were used."""
    cut_line = block.data.count(b"\n") - 1 if block.is_cut else None
    plan = plan._replace(line=block.line, cut_line=cut_line, mixed=frozenset(block.mixed))
    part = read_block(block.data, plan)
    rows, lines = part.rows, pa.array(part.lines + block.line, pa.int64())
    if plan.only is None:
        rows, lines = without_blank_rows(rows, lines)
    return RawBatch(rows, lines, part.rejected, block.position), part.used


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

"""JSONL files: one object a line. Nested values become JSON texts; a list of texts stays a JSON list of texts."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Sequence
from itertools import chain
from pathlib import Path
from typing import Any, Final

import msgspec
import pyarrow as pa

from litso.errors import SourceUnusable
from litso.sources.blocks import MAX_LINE, Block, TextFile, open_text, read_blocks
from litso.sources.damage import of_another_encoding, too_long, undecodable
from litso.sources.encoding import UTF8, is_utf8
from litso.sources.mapping import Mapping
from litso.sources.quarantine import Rejected, reject
from litso.sources.raw import RawBatch, SourceFile, payload_of, payload_of_text, slices

_LOOKED_AT: Final = 2_000

Row = dict[str, Any]
# Numbers stay the text that was written: 1.10 is not 1.1.
_ROW: Final[Callable[[bytes], Row]] = msgspec.json.Decoder(Row, float_hook=str).decode
_ROWS: Final[Callable[[bytes], list[Row]]] = msgspec.json.Decoder(list[Row], float_hook=str).decode
_ANY: Final[Callable[[bytes], Any]] = msgspec.json.Decoder(float_hook=str).decode


def open_jsonl(path: Path, mapping: Mapping, is_gzip: bool = False) -> SourceFile:
    """Open a JSONL file; its columns are the keys of its first rows, later ones may add more."""
    file, sample = open_text(path, is_gzip, mapping.encoding)
    if not sample.strip("\r\n\t \0"):
        raise SourceUnusable(f"{path}: файл пуст.")
    if re.match(r"\s*\[\s*(\{|$)", sample):
        raise SourceUnusable(f"{path}: это JSON-массив, а нужен JSONL: по одному объекту в строке.")

    def read(rows: int, only: Collection[str] | None) -> Iterator[RawBatch]:
        for block in read_blocks(file):
            yield from slices(_read_block(block, file, only), rows)

    return SourceFile(
        path=path,
        format="jsonl",
        columns=_columns_of(sample),
        size=path.stat().st_size,
        reader=read,
        encoding=file.encoding,
        is_sparse=True,
    )


def _columns_of(sample: str) -> tuple[str, ...]:
    lines = sample.split("\n")[:_LOOKED_AT]
    rows = (_object(line.encode(UTF8, "replace")) for line in lines)
    return tuple(dict.fromkeys(chain.from_iterable(row for row in rows if row)))


def _object(line: bytes) -> Row | None:
    try:
        return _ROW(line)
    except msgspec.DecodeError:
        return None


def _read_block(block: Block, file: TextFile, only: Collection[str] | None) -> RawBatch:
    if block.overlong:
        return _batch([], [], [too_long(block.line, block.data, block.overlong)], block, only)
    lines = block.data.split(b"\n")[:-1]
    numbers = [number for number, line in enumerate(lines) if line and not line.isspace()]
    if block.mixed or not is_utf8(block.data) or b"\\u0000" in block.data or len(max(lines, key=len)) > MAX_LINE:
        return _one_by_one(lines, numbers, block, file, only)
    try:
        rows = _ROWS(b"[" + b",".join([lines[number] for number in numbers]) + b"]")
    except msgspec.DecodeError:
        return _one_by_one(lines, numbers, block, file, only)
    if len(rows) != len(numbers):  # «{},{}» on one line
        return _one_by_one(lines, numbers, block, file, only)
    return _batch(rows, numbers, [], block, only)


def _one_by_one(
    lines: Sequence[bytes], numbers: Sequence[int], block: Block, file: TextFile, only: Collection[str] | None
) -> RawBatch:
    """Read a block that has rows out of order, so that they alone go to quarantine."""
    rows, kept, rejected = [], [], []
    for number in numbers:
        row = _read_line(lines[number], number, block, file)
        if isinstance(row, Rejected):
            rejected.append(row)
        else:
            rows.append(row)
            kept.append(number)
    return _batch(rows, kept, rejected, block, only)


def _read_line(line: bytes, number: int, block: Block, file: TextFile) -> Row | Rejected:
    place = block.line + number
    if len(line) > MAX_LINE:
        return too_long(place, line, len(line))
    if not is_utf8(line):
        return undecodable(place, line, file.encoding, _payload)
    text = line.decode(UTF8)
    if number in block.mixed:
        return of_another_encoding(place, file.encoding, _payload(text))
    try:
        row = _ANY(line)
    except msgspec.DecodeError:
        code = "cut_short" if block.is_cut and number == len(block.data.split(b"\n")) - 2 else "bad_json"
        return reject("nul_bytes" if b"\0" in line else code, place, payload_of_text(text), found=0, expected=0)
    if not isinstance(row, dict):
        return reject("not_an_object", place, payload_of_text(text))
    if any("\0" in value for value in map(_text, row.values()) if value) or any("\0" in name for name in row):
        return reject("nul_bytes", place, payload_of({name.replace("\0", "␀"): _text(row[name]) for name in row}))
    return row


def _payload(text: str) -> str:
    row = _object(text.encode(UTF8, "replace"))
    return payload_of_text(text) if row is None else payload_of({name: _text(value) for name, value in row.items()})


def _batch(
    rows: list[Row], numbers: list[int], rejected: list[Rejected], block: Block, only: Collection[str] | None
) -> RawBatch:
    """Columns in the order of the alphabet, so that equal rows give equal payloads whatever stands around them."""
    names = sorted(set(chain.from_iterable(rows))) if only is None else [*only]
    table = pa.table(
        {name: _column([row.get(name) for row in rows]) for name in names} or {"": pa.nulls(len(rows), pa.string())}
    )
    lines = pa.array([block.line + number for number in numbers], pa.int64())
    return RawBatch(table, lines, rejected, block.position)


def _column(values: list[Any]) -> pa.Array:
    try:
        return pa.array(values, pa.string())
    except (pa.ArrowTypeError, pa.ArrowInvalid):
        return pa.array(list(map(_text, values)), pa.string())


def _text(value: Any) -> str | None:
    """A JSON value as text; null is absent."""
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    return msgspec.json.encode(value).decode()

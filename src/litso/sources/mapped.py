"""Raw rows to mapped records and facts, a batch at a time.

A row without a key goes to quarantine. A row without any attribute of a party is still a record: its account, meter or
payment is worth keeping, and the resolution decides that it is nobody's.
"""

from __future__ import annotations

from typing import Final, NamedTuple

import msgspec
import numpy as np
import polars as pl
import pyarrow as pa

from litso.domain.record import CUSTOM_PREFIX, LIST_ATTRIBUTES, TEXT_ATTRIBUTES, fact_schema, mapped_schema
from litso.errors import BadUsage
from litso.sources.mapping import Column, DeletedFlag, FactMapping, Mapping, Operand, Operands
from litso.sources.payload import payloads
from litso.sources.quarantine import Rejected, reject
from litso.sources.raw import LEFTOVER, RawBatch, match_columns
from litso.sources.values import parse_amounts, parse_times

MAX_KEY: Final = 500
"""Keys are indexed by the store; a longer one is another text in the wrong column."""

NULL_WORDS: Final = ("NULL", "null", "\\N", "#N/A", "#Н/Д", "NaN", "nan", "None")
"""What programs write for an absent value."""
_ABSENT: Final = ("", *NULL_WORDS)


class MappedBatch(NamedTuple):
    """`records`: mapped_schema; `facts`: fact_schema; `unread`: values of times and amounts that could not be read,
    by column; `repeated`: rows left out because an equal one is kept. Rows in = records + rejected + repeated.
    `gone`: keys of rows that say that their record was deleted; they are not counted among the rows.
    """

    records: pa.Table
    facts: pa.Table
    rejected: list[Rejected]
    unread: dict[str, int]
    repeated: int = 0
    gone: tuple[str, ...] = ()

    @property
    def rows_in(self) -> int:
        return int(self.records.num_rows) + len(self.rejected) + self.repeated


class _Rows(NamedTuple):
    """Trimmed values of the columns in use, under the names of the mapping, and what identifies each row."""

    frame: pl.DataFrame
    source_id: pl.Series
    unread: dict[str, int]

    def text(self, operands: Operands) -> pl.Series:
        """The operands joined by a space; null where all are empty."""
        series = self.frame.select(_joined(operands)).to_series()
        is_constant = not any(isinstance(operand, Column) for operand in operands)
        return pl.repeat(series[0], self.frame.height, dtype=pl.String, eager=True) if is_constant else series


def map_batch(raw: RawBatch, mapping: Mapping) -> MappedBatch:
    """Map a batch. Columns that the batch lacks are empty (open_file has checked the header)."""
    frame = _used_columns(raw.rows, mapping)
    key = frame.select(_key(mapping.key)).to_series()
    good = (key.is_not_null() & (key.str.len_chars() <= MAX_KEY)).fill_null(False)
    rejected = list(raw.rejected)
    kept = raw.rows
    lines = raw.lines
    if not good.all():
        mask = good.to_arrow()
        rejected += _without_key(raw, key, good, mapping)
        kept, lines = kept.filter(mask), lines.filter(mask)
        frame, key = frame.filter(good), key.filter(good)
    gone: tuple[str, ...] = ()
    if mapping.deleted and (is_gone := _is_gone(frame, mapping.deleted)).any():
        gone = tuple(key.filter(is_gone))
        mask = (~is_gone).to_arrow()
        kept, lines = kept.filter(mask), lines.filter(mask)
        frame, key = frame.filter(~is_gone), key.filter(~is_gone)
    rows = _Rows(frame, key, {})
    records = _records(rows, kept, lines, mapping)
    facts = pa.concat_tables([fact_schema().empty_table(), *_facts(rows, mapping)])
    return MappedBatch(records, facts, rejected, rows.unread, gone=gone)


def _is_gone(frame: pl.DataFrame, flag: DeletedFlag) -> pl.Series:
    return frame[flag.column].str.to_lowercase().is_in(flag.values).fill_null(False)


def replay(payload: str, mapping: Mapping) -> MappedBatch:
    """Map one row that a person has put right in quarantine. Raises BadUsage if it is not a JSON object of texts."""
    try:
        values = msgspec.json.decode(payload, type=dict[str, str])
    except msgspec.DecodeError:
        raise BadUsage("Исправленная строка должна быть JSON-объектом, все значения которого — тексты.") from None
    columns = {name: pa.array([value], pa.string()) for name, value in values.items() if not name.startswith(LEFTOVER)}
    table = pa.table(columns or {"": pa.array([None], pa.string())})
    return map_batch(RawBatch(table, pa.array([None], pa.int64()), []), mapping)


def source_ids(rows: pa.Table, mapping: Mapping) -> pl.Series:
    """The keys of raw rows as map_batch makes them; null where there is none."""
    matched = match_columns(mapping.key, rows.column_names)
    frame = _trimmed(rows, mapping.key, matched)
    return frame.select(_key(mapping.key)).to_series()


# Texts ----------------------------------------------------------------------------------------------------------


def _used_columns(rows: pa.Table, mapping: Mapping) -> pl.DataFrame:
    wanted = mapping.columns()
    return _trimmed(rows, wanted, match_columns(wanted, rows.column_names))


def _trimmed(rows: pa.Table, wanted: tuple[str, ...], matched: dict[str, str]) -> pl.DataFrame:
    used = list(dict.fromkeys(matched.values()))
    frame = pl.DataFrame(pl.from_arrow(rows.select(used)))
    absent = pl.lit(None, pl.String)
    named = [(pl.col(matched[name]) if name in matched else absent).alias(name) for name in wanted]
    if not used:
        return pl.DataFrame({name: pl.repeat(None, rows.num_rows, dtype=pl.String, eager=True) for name in wanted})
    trimmed = frame.select(pl.all().str.strip_chars())
    return trimmed.select(pl.when(~pl.all().is_in(_ABSENT)).then(pl.all())).select(named)


def _expression(operand: Operand) -> pl.Expr:
    return pl.col(operand.name) if isinstance(operand, Column) else pl.lit(operand.value, pl.String)


def _joined(operands: Operands) -> pl.Expr:
    """Several columns joined by a space; lists of texts that a cell holds as JSON count as several, too."""
    if not operands:
        return pl.lit(None, pl.String)
    if len(operands) == 1:
        return _expression(operands[0]).alias("value")
    texts = list(map(_expression, operands))
    columns = [_expression(operand) for operand in operands if isinstance(operand, Column)]
    given = pl.any_horizontal(text.is_not_null() for text in columns or texts)
    return pl.when(given).then(pl.concat_str(texts, separator=" ", ignore_nulls=True)).alias("value")


def _key(columns: tuple[str, ...]) -> pl.Expr:
    """The key; of several columns all must be filled, and `|` divides them (doubled where a part has one itself)."""
    if len(columns) == 1:
        return pl.col(columns[0]).alias("key")
    parts = [pl.col(name).str.replace_all("|", "||", literal=True) for name in columns]
    return pl.concat_str(parts, separator="|").alias("key")


def _without_key(raw: RawBatch, key: pl.Series, good: pl.Series, mapping: Mapping) -> list[Rejected]:
    bad = ~good
    mask = bad.to_arrow()
    texts = payloads(raw.rows.filter(mask))
    lines = raw.lines.filter(mask).to_pylist()
    column = ", ".join(mapping.key)
    rejected = []
    for line, value, payload in zip(lines, key.filter(bad), texts, strict=True):
        code = "missing_key" if value is None else "key_too_long"
        rejected.append(reject(code, line, payload, column=column, limit=MAX_KEY))
    return rejected


# Records --------------------------------------------------------------------------------------------------------


def _records(rows: _Rows, raw: pa.Table, lines: pa.Array, mapping: Mapping) -> pa.Table:
    schema = mapped_schema(mapping.customs)
    count = rows.frame.height
    columns: dict[str, pa.Array] = {
        "source": _repeated(mapping.source, count),
        "source_id": rows.source_id.to_arrow(),
        "line": lines,
        "party": _repeated(mapping.party, count),
        "payload": payloads(raw).to_arrow(),
    }
    if mapping.updated_at:
        columns["updated_at"] = _times(rows, (Column(mapping.updated_at),))
    for name in TEXT_ATTRIBUTES:
        if name in mapping.attributes:
            columns[name] = _flat(rows.text(mapping.attributes[name])).to_arrow()
    for name in LIST_ATTRIBUTES:
        if name in mapping.attributes:
            columns[name] = _list(rows, mapping.attributes[name])
    for custom in mapping.custom:
        columns[CUSTOM_PREFIX + custom.name] = _flat(rows.text(custom.columns)).to_arrow()
    arrays = [
        _as(columns[field.name], field.type) if field.name in columns else pa.nulls(count, field.type)
        for field in schema
    ]
    return pa.Table.from_arrays(arrays, schema=schema)


def _as(array: pa.Array, kind: pa.DataType) -> pa.Array:
    return array if array.type == kind else array.cast(kind)


def _repeated(text: str, count: int) -> pa.Array:
    return pa.repeat(pa.scalar(text, pa.string()), count)


def _holds_lists(texts: pl.Series) -> bool:
    return bool(texts.str.starts_with('["').any())


def _texts_of(cell: str | None) -> list[str]:
    """The texts of a cell that holds a JSON list of texts; any other cell is one text."""
    if cell is None:
        return []
    if not cell.startswith('["'):
        return [cell]
    try:
        texts = msgspec.json.decode(cell, type=list[str | None])
    except msgspec.DecodeError:
        return [cell]
    return [text.strip() for text in texts if text and text.strip()]


def _flat(texts: pl.Series) -> pl.Series:
    """Lists of texts in one text, joined by spaces."""
    if not _holds_lists(texts):
        return texts
    return pl.Series(texts.name, [" ".join(_texts_of(cell)) or None for cell in texts], pl.String)


def _list(rows: _Rows, operands: Operands) -> pa.Array:
    """All values that the operands give, null where there is none."""
    columns = [rows.text((operand,)) for operand in operands]
    if any(map(_holds_lists, columns)):
        cells = [[text for cell in row for text in _texts_of(cell)] or None for row in zip(*columns, strict=True)]
        return pa.array(cells, pa.list_(pa.string()))
    return _lists([column.to_arrow() for column in columns])


def _lists(columns: list[pa.Array]) -> pa.Array:
    """The values of each row that are not null, in the order of the columns; null where there is none."""
    width, count = len(columns), len(columns[0])
    valid = np.column_stack([np.asarray(column.is_valid()) for column in columns])
    lengths = valid.sum(axis=1)
    offsets = np.concatenate(([0], np.cumsum(lengths))).astype(np.int32)
    filled = np.flatnonzero(valid)
    values = pa.concat_arrays(columns).take(pa.array(filled % width * count + filled // width))
    return pa.ListArray.from_arrays(pa.array(offsets), values.cast(pa.string()), mask=pa.array(lengths == 0))


def _times(rows: _Rows, operands: Operands) -> pa.Array:
    texts = rows.text(operands)
    times = parse_times(texts)
    _count_unread(rows, operands, times.null_count() - texts.null_count())
    return times.to_arrow()


def _amounts(rows: _Rows, operands: Operands) -> pa.Array:
    texts = rows.text(operands)
    amounts = parse_amounts(texts)
    _count_unread(rows, operands, amounts.null_count - texts.null_count())
    return amounts


def _count_unread(rows: _Rows, operands: Operands, count: int) -> None:
    if count:
        name = " + ".join(operand.name for operand in operands if isinstance(operand, Column))
        rows.unread[name] = rows.unread.get(name, 0) + int(count)


# Facts ----------------------------------------------------------------------------------------------------------


def _facts(rows: _Rows, mapping: Mapping) -> list[pa.Table]:
    kinds = [fact.kind for fact in mapping.facts]
    return [
        _fact(rows, fact, mapping.source, kinds[:number].count(fact.kind)) for number, fact in enumerate(mapping.facts)
    ]


def _fact(rows: _Rows, fact: FactMapping, source: str, number: int) -> pa.Table:
    """Facts of one kind. A row has one if its key is filled or, where none is mapped, any other field is.

    A fact without a key of its own takes that of its record; the second of a kind adds `#2`, and so on.
    """
    given = fact.fields
    present = rows.frame.select(_is_present(fact)).to_series()
    rows = _Rows(rows.frame.filter(present), rows.source_id.filter(present), rows.unread)
    count = rows.frame.height
    suffix = f"#{number + 1}" if number else ""
    own_key = rows.text(given["key"]) if "key" in given else rows.source_id + suffix
    columns: dict[str, pa.Array] = {
        "source": _repeated(source, count),
        "kind": _repeated(fact.kind, count),
        "fact_key": own_key.to_arrow(),
        "source_id": rows.source_id.to_arrow(),
        "data": _data(rows, fact.data),
    }
    for name in ("account", "address", "flat", "title", "status"):
        if name in given:
            columns[name] = _flat(rows.text(given[name])).to_arrow()
    for name in ("at", "until"):
        if name in given:
            columns[name] = _times(rows, given[name])
    if "amount" in given:
        columns["amount"] = _amounts(rows, given["amount"])
    schema = fact_schema()
    arrays = [
        _as(columns[field.name], field.type) if field.name in columns else pa.nulls(count, field.type)
        for field in schema
    ]
    return pa.Table.from_arrays(arrays, schema=schema)


def _is_present(fact: FactMapping) -> pl.Expr:
    columns = (pl.col(operand.name) for operand in fact.deciding if isinstance(operand, Column))
    return pl.any_horizontal(column.is_not_null() for column in columns)


def _data(rows: _Rows, data: dict[str, Operands]) -> pa.Array:
    if not data:
        return _repeated("{}", rows.frame.height)
    table = pa.table({name: rows.text(operands).to_arrow() for name, operands in data.items()})
    return payloads(table).to_arrow()

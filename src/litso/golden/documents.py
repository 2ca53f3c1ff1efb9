"""The values of a golden record as the store keeps and shows them: one JSON object attribute → value or values.

As everywhere, one party (online) and a million (bulk) get the same object.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Final

import polars as pl

from litso.domain.record import CUSTOM_PREFIX
from litso.golden.policy import ADDRESS_PARTS, LIST_ATTRIBUTES, SINGLE_ATTRIBUTES

_VALUES: Final = (*SINGLE_ATTRIBUTES, *ADDRESS_PARTS, *LIST_ATTRIBUTES)
_ESCAPED: Final = {chr(code): json.dumps(chr(code))[1:-1] for code in (*range(32), ord('"'), ord("\\"))}


def golden_values(golden: Mapping[str, Any]) -> dict[str, Any]:
    """The filled attributes of one golden record, dates as ISO texts."""
    given = ((name, golden[name]) for name in _attributes(list(golden)))
    return {name: value.isoformat() if isinstance(value, date) else value for name, value in given if value}


def golden_values_column(golden: pl.DataFrame) -> pl.Series:
    """`golden_values` of many golden records (`golden.records.golden_records`) as JSON texts."""
    members = [_member(golden.schema[name], name) for name in _attributes(golden.columns)]
    together = pl.concat_str(members, separator=",", ignore_nulls=True)
    return golden.select(pl.concat_str(pl.lit("{"), together, pl.lit("}")).alias("golden_values")).to_series()


def json_text(text: pl.Expr) -> pl.Expr:
    """Texts as they stand between the quotes of a JSON string."""
    return text.str.replace_many(_ESCAPED)


def _attributes(columns: Sequence[str]) -> list[str]:
    customs = [
        name for name in columns if name.startswith(CUSTOM_PREFIX) and not name.endswith(("_source", "_source_id"))
    ]
    return [*_VALUES, *customs]


def _member(kind: pl.DataType, name: str) -> pl.Expr:
    """`"name":"value"` of a column; null where the value is missing or empty."""
    label = pl.lit(json.dumps(name, ensure_ascii=False) + ":")
    value = pl.col(name)
    if isinstance(kind, pl.List):
        texts = value.list.eval(json_text(pl.element())).list.join('","')
        return pl.when(value.list.len() > 0).then(pl.concat_str(label, pl.lit('["'), texts, pl.lit('"]')))
    if kind != pl.String:
        value = value.cast(pl.String)
    return pl.when(value != "").then(pl.concat_str(label, pl.lit('"'), json_text(value), pl.lit('"')))

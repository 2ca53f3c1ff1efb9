"""Lists of answers as tables. Personal values stay masked unless they are revealed on purpose."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, Final, Generic, TypeVar

import msgspec

from litso.client.personal import MASK, Answer, Personal

if TYPE_CHECKING:
    import pandas as pd
    import polars as pl
    import pyarrow as pa

Item = TypeVar("Item", bound=Answer)

_PLAIN: Final = (str, int, float, bool, type(None))


def rows_of(items: Iterable[Answer], *, reveal: bool = False) -> list[dict[str, Any]]:
    """A row for each item: columns are its fields; what is made of parts is JSON text."""
    return [{name: _cell(getattr(item, name), reveal) for name in item.__struct_fields__} for item in items]


def _cell(value: Any, reveal: bool) -> Any:
    """A value of a table: what is personal is masked, an empty one is seen to be empty."""
    if isinstance(value, Personal):
        if not reveal:
            return MASK if value else None
        value = value.reveal()
    if isinstance(value, list) and all(isinstance(one, str) for one in value):
        return value
    if isinstance(value, (list, dict, msgspec.Struct)):
        return msgspec.json.encode(opened(value, reveal)).decode()
    return value


def opened(value: Any, reveal: bool) -> Any:
    """An answer as dicts and lists, its personal values masked or revealed."""
    if isinstance(value, Personal):
        return value.reveal() if reveal else MASK
    if isinstance(value, msgspec.Struct):
        return {name: opened(getattr(value, name), reveal) for name in value.__struct_fields__}
    if isinstance(value, Mapping):
        return {name: opened(one, reveal) for name, one in value.items()}
    return [opened(one, reveal) for one in value] if isinstance(value, list) else value


def arrow_of(items: Iterable[Answer], *, reveal: bool = False) -> pa.Table:
    """Items as an Arrow table; needs pyarrow."""
    import pyarrow as pa

    return pa.Table.from_pylist(rows_of(items, reveal=reveal))


def polars_of(items: Iterable[Answer], *, reveal: bool = False) -> pl.DataFrame:
    """Items as a Polars frame; needs polars."""
    import polars as pl

    frame = pl.from_arrow(arrow_of(items, reveal=reveal))
    assert isinstance(frame, pl.DataFrame)
    return frame


def pandas_of(items: Iterable[Answer], *, reveal: bool = False) -> pd.DataFrame:
    """Items as a pandas frame; needs pandas."""
    import pandas as pd

    return pd.DataFrame(rows_of(items, reveal=reveal))


class Listing(Generic[Item]):
    """Items of a list, fetched page by page while they are asked for; iterating again asks again."""

    def __init__(self, pages: Iterable[list[Item]]) -> None:
        self._pages = pages

    def __iter__(self) -> Iterator[Item]:
        for page in self._pages:
            yield from page

    def to_arrow(self, *, reveal: bool = False) -> pa.Table:
        """All items as an Arrow table, personal values masked unless revealed."""
        return arrow_of(self, reveal=reveal)

    def to_polars(self, *, reveal: bool = False) -> pl.DataFrame:
        """All items as a Polars frame, personal values masked unless revealed."""
        return polars_of(self, reveal=reveal)

    def to_pandas(self, *, reveal: bool = False) -> pd.DataFrame:
        """All items as a pandas frame, personal values masked unless revealed."""
        return pandas_of(self, reveal=reveal)

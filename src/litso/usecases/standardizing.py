"""Mapped records to standard ones, on several processors when there is enough of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final, TypeVar

import pyarrow as pa

from litso.domain.record import mapped_schema
from litso.domain.territory import Territory
from litso.sources.mapping import Mapping
from litso.standardize.records import standardize
from litso.usecases import registers
from litso.usecases.workers import Workers

Item = TypeVar("Item")

_OTHERS: Final = ("line", "payload")
"""Columns of mapped records that say nothing of the standard ones and need not travel to another process."""


def standardized_columns(customs: tuple[str, ...]) -> list[str]:
    """The columns of mapped records that standardization reads."""
    return [name for name in mapped_schema(customs).names if name not in _OTHERS]


def standardized(workers: Workers, tables: Iterable[tuple[Item, pa.Table, Mapping]]) -> Iterator[tuple[Item, pa.Table]]:
    """(item, standard table) of (item, mapped table, its mapping), in order."""
    folders = registers.folders_in_use()
    items = ((item, (*_arguments(table, mapping), folders)) for item, table, mapping in tables)
    return workers.each(_standard, items)


def _arguments(table: pa.Table, mapping: Mapping) -> tuple[pa.Table, str, Territory | None]:
    return table.select(standardized_columns(mapping.customs)), mapping.locale, mapping.territory


def _standard(table: pa.Table, locale: str, territory: Territory | None, folders: tuple[Path, ...]) -> pa.Table:
    return standardize(table, locale=locale, territory=territory, registers=registers.opened(folders))

"""Rows that a system gives for one block."""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
import polars as pl

from litso.demo.chance import Ints
from litso.demo.sheet import Sheet
from litso.demo.world import World

ROOM: Final = 100_000
"""Ids a block and source."""


class Rows(NamedTuple):
    """`frame` has the columns of the file, `key` identifies its rows, `who` are their parties (none for facts)."""

    frame: pl.DataFrame
    key: str
    who: Ints | None
    errors: pl.DataFrame


def ids(world: World, size: int, prefix: str, width: int = 7) -> pl.Series:
    """Ids of the rows of a block in one source: no two blocks share one."""
    number = pl.Series(world.index * ROOM + np.arange(size) + 1).cast(pl.String).str.zfill(width)
    return pl.select(pl.concat_str([pl.lit(prefix), number])).to_series()


def doubled(sheet: Sheet, who: Ints, rows: pl.DataFrame) -> tuple[pl.DataFrame, Ints]:
    """Rows with some repeated further down: the same content under another key to come."""
    size = len(who)
    again = sheet.hit("duplicate_row", np.ones(size, bool))
    order = np.concatenate([np.arange(size), again])
    return rows[order], who[order]

"""Mapped records to standard ones, on several processors when there is enough of them."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from typing import Final

import pyarrow as pa

from litso.domain.territory import Territory
from litso.sources.mapping import Mapping
from litso.standardize.records import standardize
from litso.usecases import registers

WORTH_A_PROCESS: Final = 150_000
"""Records from which starting other processes (a second or two each) pays off."""


def standardized(
    tables: Iterator[pa.Table], mapping: Mapping, *, expected: int = 0
) -> Iterator[tuple[pa.Table, pa.Table]]:
    """(mapped, standard) tables, in order. `expected`: about how many records there will be."""
    folders = registers.folders_in_use()
    if expected < WORTH_A_PROCESS or (os.cpu_count() or 1) < 2:
        yield from ((table, _standard(table, mapping.locale, mapping.territory, folders)) for table in tables)
        return
    workers = os.cpu_count() or 1
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
        waiting: deque[tuple[pa.Table, Future[pa.Table]]] = deque()
        for table in tables:
            waiting.append((table, pool.submit(_standard, table, mapping.locale, mapping.territory, folders)))
            if len(waiting) > workers + 1:
                done, result = waiting.popleft()
                yield done, result.result()
        for done, result in waiting:
            yield done, result.result()


def _standard(table: pa.Table, locale: str, territory: Territory | None, folders: tuple[Path, ...]) -> pa.Table:
    return standardize(table, locale=locale, territory=territory, registers=registers.opened(folders))

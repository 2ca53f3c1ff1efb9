"""What a screening has to hold: which entries of each list changed since all parties were held against it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import polars as pl

from litso.check.entries import RULES, ListIndex
from litso.check.match import MATCH_SCHEMA, SURE, screen_many
from litso.store.checks import ScreenedList
from litso.usecases import registers
from litso.usecases.lists import CHECKED, open_list, open_passports
from litso.usecases.registers import PASSPORTS, Opened, mapped

_PASSPORT: Final = "^[0-9]{10}$"


@dataclass(frozen=True, eq=False)
class Plan:
    """A list in use, and what of it is held against all parties.

    `keys` are those of all entries, `changed_keys` of those to be held (None: all, the list `is_whole`). `touched` are
    ids of entries that were added, changed or removed, `removed` of those that are no longer there. The list of
    passports has no entries: it is held whole whenever its edition is new.
    """

    name: str
    opened: Opened
    index: ListIndex | None
    entries: pl.DataFrame
    keys: pl.DataFrame
    changed_keys: pl.DataFrame | None
    touched: frozenset[int]
    removed: frozenset[int]

    @property
    def is_whole(self) -> bool:
        """Whether all of the list is held against all parties."""
        return self.changed_keys is None

    @property
    def is_touched(self) -> bool:
        """Whether anything of the list is held against all parties."""
        return self.is_whole or bool(self.touched)

    @property
    def held(self) -> int:
        """How many entries are held against all parties."""
        return self.opened.edition.rows if self.is_whole else len(self.touched - self.removed)

    def screen(self, found: pl.DataFrame, *, is_changed: bool) -> pl.DataFrame:
        """Matches (MATCH_SCHEMA) of subjects: with all entries if the subjects changed, else with the changed ones."""
        if self.index is None:
            return self._invalid(found) if is_changed or self.is_whole else pl.DataFrame(schema=MATCH_SCHEMA)
        keys = self.keys if is_changed or self.changed_keys is None else self.changed_keys
        if found.is_empty() or keys.is_empty():
            return pl.DataFrame(schema=MATCH_SCHEMA)
        return screen_many(found, keys, self.entries)

    def _invalid(self, found: pl.DataFrame) -> pl.DataFrame:
        """Subjects whose passport is on the list of invalid ones; the passport itself is the entry's id."""
        given = found.filter(pl.col("passport").str.contains(_PASSPORT)).select(
            "subject", entry_id=pl.col("passport").cast(pl.Int64)
        )
        is_on = open_passports(self.opened).has_many(given["entry_id"].to_numpy().astype(np.int64))
        agrees = pl.lit([PASSPORT_AGREES], pl.List(pl.String))
        return given.filter(pl.Series(is_on)).select(
            "subject", "entry_id", grade=pl.lit(SURE), agrees=agrees, differs=pl.lit([], pl.List(pl.String))
        )


PASSPORT_AGREES: Final = "passport"


def is_passport(text: str) -> bool:
    """Whether a text is ten digits."""
    return len(text) == 10 and text.isascii() and text.isdecimal()


def plans(screened: Mapping[str, ScreenedList], *, is_everything: bool) -> Iterator[Plan]:
    """Plans of the lists in use. screened: editions that all parties were held against; is_everything: forget them."""
    for name in CHECKED:
        opened = registers.edition_of(name)
        if opened is None:
            continue
        state = None if is_everything else screened.get(name)
        former = _former(opened, state)
        if name == PASSPORTS:
            is_same = former is not None and former == opened.folder
            empty = pl.DataFrame(schema={"key": pl.String, "row": pl.UInt32})
            yield Plan(name, opened, None, pl.DataFrame(), empty, empty if is_same else None, frozenset(), frozenset())
        else:
            yield _plan(name, opened, former)


def _former(opened: Opened, state: ScreenedList | None) -> Path | None:
    """Folder of the edition that was screened; None where there is none, or it was held by other rules."""
    if state is None or state.rules != RULES:
        return None
    folder = opened.folder.parent / state.file_sha256[:16]
    return folder if folder.exists() else None


def _plan(name: str, opened: Opened, former: Path | None) -> Plan:
    index = open_list(opened)
    entries, keys = pl.DataFrame(index.entries), pl.DataFrame(index.keys)
    if former is None:
        return Plan(name, opened, index, entries, keys, None, frozenset(), frozenset())
    if former == opened.folder:
        return Plan(name, opened, index, entries, keys, keys.clear(), frozenset(), frozenset())
    marks = ["entry_id", "row_hash"]
    now = entries.select(marks).with_row_index("row")
    before = pl.DataFrame(mapped(former / "listed.arrow").select(marks))
    new = now.join(before, on=marks, how="anti")
    old = before.join(now, on=marks, how="anti")["entry_id"]
    removed = frozenset(old.filter(~old.is_in(now["entry_id"].implode())))
    changed_keys = keys.join(new.select(pl.col("row").cast(pl.UInt32)), on="row", how="semi")
    touched = frozenset(new["entry_id"]) | frozenset(old)
    return Plan(name, opened, index, entries, keys, changed_keys, touched, removed)

"""The rows of one source in one block, while they are written and spoiled."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import numpy as np
import polars as pl

from litso.demo.chance import Flags, Floats, Ints, pick, stream
from litso.demo.rates import Rates, rate_in

ERRORS_SCHEMA: Final = {"source": pl.String, "source_id": pl.String, "error": pl.String}


class Sheet:
    """Random choices of a source in a block, and a log of every error made in its rows."""

    def __init__(self, source: str, rates: Rates, seed: int, block: int) -> None:
        self.source = source
        self.rates = rates
        self.rng = stream(seed, source, block)
        self._made: list[tuple[str, Ints]] = []
        self._rows: Ints | None = None

    @classmethod
    def within(cls, sheet: Sheet, rows: Ints) -> Sheet:
        """A part of the sheet: its row i is row `rows[i]` of the whole; choices and log are shared."""
        part = cls.__new__(cls)
        part.source, part.rates, part.rng, part._made = sheet.source, sheet.rates, sheet.rng, sheet._made
        part._rows = rows if sheet._rows is None else sheet._rows[rows]
        return part

    def rate(self, kind: str) -> float:
        """Rate of a kind of error in this source."""
        return rate_in(self.rates, self.source, kind)

    def hit(self, kind: str, among: Flags) -> Ints:
        """Rows that get an error of a kind, by chance, out of those that can have it."""
        chosen = np.flatnonzero((self.rng.random(len(among)) < self.rate(kind)) & among)
        self.note(kind, chosen)
        return chosen

    def chance(self, kind: str, size: int) -> Flags:
        """Rows that get an error of a kind, by chance; `noted` writes it into the log."""
        drawn: Flags = self.rng.random(size) < self.rate(kind)
        return drawn

    def noted(self, kind: str, flags: Flags) -> Ints:
        """Rows of the flags, written into the log."""
        rows = np.flatnonzero(flags)
        self.note(kind, rows)
        return rows

    def note(self, kind: str, rows: Ints) -> None:
        """Write errors into the log."""
        if len(rows):
            self._made.append((kind, rows if self._rows is None else self._rows[rows]))

    def spoil(self, kind: str, values: pl.Series, among: Flags, change: Callable[[str, int], str | None]) -> pl.Series:
        """Values with an error of a kind in some of the rows; empty ones and those that cannot change stay."""
        rows = np.flatnonzero(
            (self.rng.random(len(values)) < self.rate(kind)) & among & values.is_not_null().to_numpy()
        )
        chance = self.rng.integers(0, 2**62, len(rows)).tolist()
        before = values.gather(rows).to_list()
        after = [change(value, number) for value, number in zip(before, chance, strict=True)]
        changed = np.array([a != b for a, b in zip(after, before, strict=True)], dtype=bool)
        self.note(kind, rows[changed])
        return put(values, rows, after)

    def blank(self, kind: str, values: pl.Series, among: Flags | None = None) -> pl.Series:
        """Some values are missing."""
        rows = self.hit(kind, values.is_not_null().to_numpy() if among is None else among)
        return put(values, rows, [None] * len(rows))

    def choice(self, values: tuple[str, ...], weights: tuple[float, ...], size: int) -> pl.Series:
        """Texts drawn by weight."""
        return pl.Series(values).gather(self.draw(weights, size))

    def draw(self, weights: tuple[float, ...], size: int) -> Ints:
        """Indexes drawn by weight."""
        shares: Floats = np.array(weights, dtype=float)
        return pick(self.rng, shares, size)

    def errors(self, source_id: pl.Series) -> pl.DataFrame:
        """The log: source, source_id, error."""
        if not self._made:
            return pl.DataFrame(schema=ERRORS_SCHEMA)
        rows = np.concatenate([rows for _, rows in self._made])
        kind = np.repeat(np.arange(len(self._made)), [len(rows) for _, rows in self._made])
        return pl.DataFrame(
            {"source_id": source_id.gather(rows), "error": pl.Series([kind for kind, _ in self._made]).gather(kind)}
        ).select(pl.lit(self.source).alias("source"), "source_id", "error")


def put(values: pl.Series, rows: Ints, texts: list[str] | list[str | None] | list[None]) -> pl.Series:
    """A copy of the texts with others in some rows."""
    return values.clone().scatter(rows, pl.Series(texts, dtype=pl.String)) if len(rows) else values


def joined(*parts: pl.Series | str) -> pl.Series:
    """Texts put together row by row; a missing part makes the whole missing."""
    return pl.select(pl.concat_str([pl.lit(part) if isinstance(part, str) else part for part in parts])).to_series()


def where(flags: Flags, then: pl.Series | str | None, otherwise: pl.Series | str | None) -> pl.Series:
    """Texts chosen row by row."""
    condition = pl.when(pl.Series(flags))
    return pl.select(condition.then(_operand(then)).otherwise(_operand(otherwise))).to_series()


def _operand(value: pl.Series | str | None) -> pl.Expr | pl.Series:
    return value if isinstance(value, pl.Series) else pl.lit(value, dtype=pl.String)


def digits(numbers: Ints, width: int = 0) -> pl.Series:
    """Numbers as texts; negative ones and zero are missing. With leading zeros up to `width`."""
    text = pl.Series(numbers).cast(pl.String).str.zfill(width)
    return where(np.asarray(numbers) > 0, text, None)


def dates(days: Ints, pattern: str = "%Y-%m-%d") -> pl.Series:
    """Days since 1970 as texts."""
    return pl.Series(days).cast(pl.Int32).cast(pl.Date).dt.to_string(pattern)


def times(days: Ints, seconds: Ints, pattern: str = "%Y-%m-%dT%H:%M:%S") -> pl.Series:
    """Days since 1970 and seconds of the day as texts."""
    return moments(days, seconds).dt.to_string(pattern)


def moments(days: Ints, seconds: Ints) -> pl.Series:
    """Days since 1970 and seconds of the day as time stamps."""
    return pl.Series(days * 86_400_000_000 + seconds * 1_000_000).cast(pl.Datetime("us"))


def roubles(kopecks: Ints, comma: str = ".") -> pl.Series:
    """Money as a text with two decimals."""
    value = np.abs(kopecks)
    sign = where(np.asarray(kopecks) < 0, "-", "")
    return joined(
        sign, pl.Series(value // 100).cast(pl.String), comma, pl.Series(value % 100).cast(pl.String).str.zfill(2)
    )

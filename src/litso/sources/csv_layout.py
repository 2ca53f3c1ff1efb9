"""A block of CSV looked over as bytes: lines, quotes, and which of them break the rules of RFC 4180."""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from litso.sources.blocks import MAX_LINE
from litso.sources.encoding import is_utf8

Positions = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]

NEWLINE: Final = 10
_RETURN: Final = 13
_QUOTE: Final = 34
_LONG_ROW: Final = 100


class Lines(NamedTuple):
    """A block as physical lines: `starts[i]:ends[i]` without the newline; `quotes` are positions of quotes."""

    data: bytes
    signs: npt.NDArray[np.uint8]
    starts: Positions
    ends: Positions
    quotes: Positions

    def text(self, first: int, last: int) -> bytes:
        """Lines first…last as written, without the last newline."""
        return self.data[self.starts[first] : self.ends[last]].removesuffix(b"\r")

    def containing(self, positions: Positions) -> Positions:
        """The line of each position."""
        return np.searchsorted(self.ends, positions)


def lay_out(data: bytes) -> Lines:
    """Find the lines and quotes of a block that ends with a newline."""
    signs = np.frombuffer(data, np.uint8)
    ends = np.flatnonzero(signs == NEWLINE)
    starts = np.concatenate(([0], ends[:-1] + 1))
    quotes = np.flatnonzero(signs == _QUOTE) if b'"' in data else np.empty(0, np.int64)
    return Lines(data, signs, starts, ends, quotes)


def damaged_lines(lines: Lines, mixed: frozenset[int]) -> Mask:
    """Lines with NUL, bytes of another encoding, a carriage return inside, or of excessive length."""
    damaged = (lines.ends - lines.starts) > MAX_LINE
    if b"\0" in lines.data:
        damaged[lines.containing(np.flatnonzero(lines.signs == 0))] = True
    if b"\r" in lines.data:
        returns = np.flatnonzero(lines.signs == _RETURN)
        damaged[lines.containing(returns[lines.signs[returns + 1] != NEWLINE])] = True
    if not is_utf8(lines.data):
        damaged |= [not is_utf8(line) for line in lines.data.split(b"\n")[:-1]]
    damaged[list(mixed)] = True
    return damaged


def blank_rows(lines: Lines, firsts: Positions, lasts: Positions) -> Mask:
    """Rows of no signs at all, which Arrow leaves out."""
    length = lines.ends[lasts] - lines.starts[firsts]
    blank: Mask = (length == 0) | ((length == 1) & (lines.signs[lines.starts[firsts]] == _RETURN))
    return blank


def tidy_rows(lines: Lines, delimiter: str) -> tuple[Positions, Positions] | None:
    """First and last line of each finished row, or None where a quote stands at a wrong place."""
    if _misplaced(lines, np.arange(lines.quotes.size), delimiter).any():
        return None
    lasts = np.flatnonzero((np.searchsorted(lines.quotes, lines.ends) & 1) == 0)
    firsts = np.concatenate(([0], lasts[:-1] + 1)) if lasts.size else lasts
    return firsts, lasts


def _misplaced(lines: Lines, order: Positions, delimiter: str) -> Mask:
    """Quotes that are neither opening after a delimiter, nor closing before one, nor one of a pair.

    `order` is the number of each quote within its row: even ones open, odd ones close.
    """
    before = lines.signs[lines.quotes - 1]
    before[lines.quotes == 0] = NEWLINE
    after = lines.signs[lines.quotes + 1]
    neighbour = np.where(order & 1, after, before)
    allowed = (neighbour == ord(delimiter)) | (neighbour == NEWLINE) | (neighbour == _QUOTE)
    misplaced: Mask = ~(allowed | ((order & 1 == 1) & (after == _RETURN)))
    return misplaced


def swallows_rows(lines: Lines, firsts: Positions, lasts: Positions, delimiter: str, width: int) -> bool:
    """Whether two lost quotes far apart make one row of many: a long row whose lines look like rows."""
    for row in np.flatnonzero(lasts - firsts > _LONG_ROW).tolist():
        inner = lines.data[lines.ends[firsts[row]] + 1 : lines.starts[lasts[row]]].split(b"\n")[:-1]
        alike = sum(line.count(delimiter.encode()) == width - 1 for line in inner)
        if width > 1 and alike > 0.9 * len(inner):
            return True
    return False


class Suspects(NamedTuple):
    """`lines` to be read one by one, in order; `odd` marks lines with an odd number of quotes."""

    lines: Positions
    odd: Mask


def suspects(lines: Lines, damaged: Mask, delimiter: str) -> Suspects:
    """Lines that Arrow may misread. Quotes in the middle of unquoted fields are letters to Arrow, too."""
    upto = np.searchsorted(lines.quotes, lines.ends)
    before = np.concatenate(([0], upto[:-1]))
    odd: Mask = ((upto - before) & 1) == 1
    of_line = lines.containing(lines.quotes)
    wrong = _misplaced(lines, np.arange(lines.quotes.size) - before[of_line], delimiter)
    opening = np.isin(lines.signs[lines.quotes - 1], (ord(delimiter), NEWLINE)) | (lines.quotes == 0)
    irregular = odd.copy()
    irregular[of_line[wrong]] = True
    quoted = np.zeros(lines.ends.size, np.bool_)
    quoted[of_line[opening]] = True
    return Suspects(np.flatnonzero(damaged | (irregular & quoted)), odd)


def without_lines(lines: Lines, taken: Mask) -> bytes:
    """The block without the lines that were taken out."""
    edges = np.flatnonzero(np.diff(np.concatenate(([True], taken, [True]))))
    runs = zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True)
    return b"".join(lines.data[lines.starts[first] : lines.ends[end - 1] + 1] for first, end in runs)

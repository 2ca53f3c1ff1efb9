"""How a CSV file is written: delimiter, header, number of fields."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from itertools import islice
from typing import Final, NamedTuple

from litso.sources.csv_rows import split_fields
from litso.sources.raw import match_columns, unique_names

DELIMITERS: Final = (";", ",", "\t", "|")
UNDIVIDED: Final = "\x1f"
"""The delimiter of a file of one column: no text has it."""
_LOOKED_AT: Final = 200
_HEADER_LINES: Final = 50


class Dialect(NamedTuple):
    """`skip` physical lines stand before the first row of data; every row has as many fields as `columns`."""

    delimiter: str
    columns: tuple[str, ...]
    skip: int
    notices: tuple[str, ...]


class _Header(NamedTuple):
    delimiter: str
    names: list[str]
    skip: int


def find_dialect(
    sample: str, wanted: Sequence[str], delimiter: str | None = None, header: Sequence[str] = ()
) -> Dialect:
    """Find the dialect in the beginning of a file.

    The delimiter is the one whose header has the most of the `wanted` columns, then the one that divides the rows most
    evenly. `header` names the columns of a file that has no header line.
    """
    lines = sample.split("\n")
    first, hint = _preamble(lines)
    candidates = (delimiter,) if delimiter else (hint,) if hint else DELIMITERS
    headers = [_read_header(lines, first, candidate) for candidate in candidates]
    best = max(headers, key=lambda found: _merit(found, lines, wanted, bool(header)))
    names, skip = (list(header), first) if header else (best.names, best.skip)
    if len(names) == 1 and not delimiter:
        return Dialect(UNDIVIDED, *_named(names, skip))
    widths = _widths(lines[skip:], best.delimiter)
    if widths and widths.most_common(1)[0][0] == (len(names) + 1, True):
        names = [*names, ""]  # every row, but not the header, ends with a delimiter
    return Dialect(best.delimiter, *_named(names, skip))


def _named(names: list[str], skip: int) -> tuple[tuple[str, ...], int, tuple[str, ...]]:
    columns, notices = unique_names(names)
    return columns, skip, notices


def _preamble(lines: Sequence[str]) -> tuple[int, str | None]:
    """Blank lines at the beginning, and the line «sep=;» that some spreadsheets write."""
    first = next((number for number, line in enumerate(lines) if line.strip()), 0)
    line = lines[first].rstrip("\r")
    if line.lower().startswith("sep=") and len(line) == 5:
        return first + 1, line[4]
    return first, None


def _read_header(lines: Sequence[str], first: int, delimiter: str) -> _Header:
    """The header, which may span lines within quotes."""
    for end in range(first + 1, min(first + _HEADER_LINES, len(lines)) + 1):
        split = split_fields("\n".join(lines[first:end]).rstrip("\r"), delimiter)
        if not split.is_open:
            return _Header(delimiter, split.fields, end)
    return _Header(delimiter, split_fields(lines[first].rstrip("\r"), delimiter).fields, first + 1)


def _merit(found: _Header, lines: Sequence[str], wanted: Sequence[str], is_headless: bool) -> tuple[int, bool, float]:
    """Wanted columns in the header, whether it divides at all, and the share of rows as wide as it."""
    matched = 0 if is_headless else len(match_columns(wanted, found.names))
    widths = _widths(lines[found.skip :], found.delimiter)
    width = len(found.names)
    even = sum(count for (fields, _), count in widths.items() if fields == width)
    return matched, width > 1, even / max(sum(widths.values()), 1)


def _widths(lines: Sequence[str], delimiter: str) -> Counter[tuple[int, bool]]:
    """How many rows of the sample have so many fields and whether the last is empty; the cut tail is left out."""
    rows = (split_fields(line.rstrip("\r"), delimiter).fields for line in lines[:-1] if line.strip())
    return Counter((len(fields), not fields[-1]) for fields in islice(rows, _LOOKED_AT))

"""One CSV row at a time, forgiving what has only one possible meaning.

The reader of blocks (csv_file) sends here the rows that break the rules of RFC 4180, and those only.
"""

from __future__ import annotations

from typing import NamedTuple


class Split(NamedTuple):
    """The fields of a row. `is_open`: a quoted field is not closed; `is_loose`: a quote inside one is not doubled."""

    fields: list[str]
    is_open: bool
    is_loose: bool


def split_fields(text: str, delimiter: str) -> Split:
    """Divide a row. A quote opens a quoted field only at the beginning of the field, elsewhere it is a letter."""
    fields: list[str] = []
    position, is_loose = 0, False
    while True:
        if text.startswith('"', position):
            value, end, is_open, stray = _quoted(text, position + 1, delimiter)
            is_loose = is_loose or stray
            fields.append(value)
            if is_open:
                return Split(fields, True, is_loose)
        else:
            end = text.find(delimiter, position)
            end = len(text) if end < 0 else end
            fields.append(text[position:end])
        if end == len(text):
            return Split(fields, False, is_loose)
        position = end + 1


def _quoted(text: str, position: int, delimiter: str) -> tuple[str, int, bool, bool]:
    """Read a quoted field from after its opening quote: value, end, whether it is left open, whether a quote strays.

    Once a quote strayed («"ООО "Ромашка""»), a run of quotes before a delimiter closes the field, whatever its length.
    """
    parts: list[str] = []
    stray = False
    while (quote := text.find('"', position)) >= 0:
        parts.append(text[position:quote])
        end = quote
        while text.startswith('"', end):
            end += 1
        run = end - quote
        closes = end == len(text) or text[end] == delimiter
        if closes and (run % 2 or stray):
            parts.append('"' * (run - 1 if stray else run // 2))
            return "".join(parts), end, False, stray
        stray = stray or run % 2 == 1
        parts.append('"' * (run if run % 2 else run // 2))
        position = end
    return "".join(parts) + text[position:], len(text), True, stray


def fit_width(fields: list[str], width: int) -> list[str] | None:
    """The fields if there are `width` of them, or more of which the surplus is blank; else None."""
    if len(fields) < width or any(field.strip() for field in fields[width:]):
        return None
    return fields[:width]

"""Countries of foreign telephone numbers."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import NamedTuple

from litso.standardize.wordlists import data_lines


class Country(NamedTuple):
    """Name in Russian; `timezone` («UTC+3») where the whole country has one."""

    name: str
    timezone: str | None


@cache
def countries() -> Mapping[str, Country]:
    """Countries by their two-letter codes."""
    rows = (line.split(" ", 2) for line in data_lines("countries.txt"))
    return {code: Country(name, None if zone == "-" else zone) for code, zone, name in rows}

"""What a court order must say of a debtor, and what of it a golden record lacks.

The demands are rows of law with their days and source, in `data/writ.tsv`.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Any, Final, NamedTuple

IDENTIFIER: Final = "identifier"
DEBTOR: Final = "debtor"
"""Lacking when nobody is known to owe: no owner on the day."""


class Demand(NamedTuple):
    """A demand of the law for debtors of a kind: any of the attributes fulfils it. `until` is the first day without."""

    kind: str
    need: str
    any_of: tuple[str, ...]
    since: date
    until: date | None
    source: str


@cache
def demands() -> tuple[Demand, ...]:
    """All demands, in the order in which they are told."""
    text = files("litso.golden").joinpath("data", "writ.tsv").read_text(encoding="utf-8")
    return tuple(
        Demand(
            row["kind"],
            row["need"],
            tuple(row["any_of"].split()),
            date.fromisoformat(row["since"]),
            date.fromisoformat(row["until"]) if row["until"] else None,
            row["source"],
        )
        for row in csv.DictReader(text.splitlines(), delimiter="\t")
    )


def demands_on(day: date) -> tuple[Demand, ...]:
    """The demands in force on a day."""
    return tuple(one for one in demands() if one.since <= day and (one.until is None or day < one.until))


def lacking(kind: str, values: Mapping[str, Any], day: date) -> tuple[str, ...]:
    """The needs of a debtor of this kind that its golden values do not meet on a day."""
    wanted = (one for one in demands_on(day) if one.kind == kind)
    return tuple(one.need for one in wanted if not any(values.get(name) for name in one.any_of))


def identifiers(kind: str, values: Mapping[str, Any], day: date) -> tuple[str, ...]:
    """The attributes that fulfil a demand for such a debtor: names, never values."""
    wanted = (one for one in demands_on(day) if one.kind == kind)
    return tuple(dict.fromkeys(name for one in wanted for name in one.any_of if values.get(name)))

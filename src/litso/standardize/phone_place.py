"""Land lines of a record that are not where its address is: one record, or a table of them."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import polars as pl

from litso.domain.territory import Territory
from litso.standardize.numbering import LAND_LINE, Place, default_plan
from litso.standardize.phone import conflict

_RUSSIAN = "+7"


def misplaced(phones: Iterable[str], region: str | None, city: str | None) -> tuple[str, ...]:
    """Problems of numbers in E.164 beside an address, each once, sorted. They say nothing against the numbers.

    The plan that needs no official file decides, so that what is noted of a record does not depend on editions.
    """
    if region is None:
        return ()
    places = (default_plan().find(phone[2:]) for phone in phones if _is_russian(phone))
    found = {conflict(place, Territory(region, city)) for place in places if place}
    return tuple(sorted(filter(None, found)))


def _is_russian(phone: str) -> bool:
    return phone.startswith(_RUSSIAN) and len(phone) == 12


def misplaced_column(phones: pl.Series, region: pl.Series, city: pl.Series) -> pl.Series:
    """`misplaced` of every row, its problems joined by `;`, null where there are none."""
    plan = default_plan()
    is_land_line = np.asarray([place is not None and place.type == LAND_LINE for place in plan.places])
    rows = pl.DataFrame({"phone": phones, "region": region, "city": city}).with_row_index("row")
    numbers = _russian_numbers(rows.drop_nulls("region"))
    place = plan.find_all(numbers["phone"].str.slice(2).cast(pl.Int64).to_numpy())
    numbers = numbers.with_columns(place=pl.Series(place, dtype=pl.Int32)).filter(pl.Series(is_land_line[place]))
    pairs = numbers.select("place", "region", "city").unique(maintain_order=True)
    judged = [_judged(plan.places[at], region, city) for at, region, city in pairs.iter_rows()]
    pairs = pairs.with_columns(problem=pl.Series(judged, dtype=pl.String)).drop_nulls("problem")
    noted = numbers.join(pairs, on=["place", "region", "city"], nulls_equal=True).group_by("row")
    problems = noted.agg(pl.col("problem").unique().sort().str.join(";"))
    return rows.select("row").join(problems, on="row", how="left", maintain_order="left")["problem"]


def _russian_numbers(rows: pl.DataFrame) -> pl.DataFrame:
    """A row a number; mobile numbers travel and are left out."""
    phone = pl.col("phone")
    numbers = rows.explode("phone", empty_as_null=False)
    return numbers.filter(phone.str.contains(r"^\+7[^9]") & (phone.str.len_bytes() == 12))


def _judged(place: Place | None, region: str, city: str | None) -> str | None:
    return conflict(place, Territory(region, city)) if place else None

"""A column of addresses matched with the register: every place and every house is asked for once."""

from __future__ import annotations

from typing import Final

import polars as pl

from litso.standardize.address.bulk import frame
from litso.standardize.address.gar import FOUND, MISSING, SIMILAR, GarIndex, PlaceNames, Spot
from litso.standardize.address.model import COLUMNS, Address

_HAS_HOUSE: Final = pl.col("house").is_not_null() | pl.col("stead").is_not_null()
_ANSWER: Final[dict[str, pl.DataType]] = {
    "spot_id": pl.String(),
    "spot_level": pl.Int8(),
    "spot_code": pl.String(),
    "renamed": pl.Boolean(),
    "house_id": pl.String(),
    "house_level": pl.Int8(),
    "house_code": pl.String(),
    "found": pl.Int8(),
}


def match_column(addresses: pl.DataFrame, gar: GarIndex) -> pl.DataFrame:
    """`GarIndex.match` over a frame of addresses, row by row the same; columns and order stay.

    Rows whose place has other names in the register are matched as whole addresses; of all others a house is looked
    up once, whatever the flats in it.
    """
    asked = [*PlaceNames._fields, "house_key", "has_house"]
    rows = addresses.with_columns(has_house=_HAS_HOUSE).with_row_index("row")
    distinct = rows.select(asked).unique(maintain_order=True)
    answers = pl.DataFrame(
        [_answer(gar, PlaceNames(*row[:-2]), row[-2], row[-1]) for row in distinct.iter_rows()],
        schema=_ANSWER,
        orient="row",
    )
    told = rows.join(distinct.hstack(answers), on=asked, how="left", nulls_equal=True, maintain_order="left")
    renamed = told.filter("renamed").select("row", *COLUMNS)
    stays = told.filter(~pl.col("renamed")).with_columns(
        fias_id=pl.coalesce("house_id", "spot_id"),
        fias_level=pl.coalesce("house_level", "spot_level"),
        postal_code=pl.coalesce("house_code", "spot_code", "postal_code"),
        qc_house="found",
        qc_complete=pl.when(pl.col("found").is_in([SIMILAR, MISSING]) & pl.col("qc_complete").is_in([0, 5]))
        .then(pl.lit(MISSING, dtype=pl.Int8))
        .otherwise("qc_complete"),
    )
    return pl.concat([stays.select("row", *COLUMNS), _matched(renamed, gar)]).sort("row").drop("row")


def _answer(
    gar: GarIndex, names: PlaceNames, house_key: str | None, has_house: bool
) -> tuple[str | int | bool | None, ...]:
    """What the register says of a place and a house, as `_ANSWER`."""
    spot = gar.spot(names)
    if spot is None:
        return None, None, None, False, None, None, None, None
    place = _of_spot(spot)
    if spot.names or not has_house:
        return *place, None, None, None, None
    house, code = gar.house(spot, house_key)
    return (*place, *house, FOUND) if house else (*place, None, None, None, code)


def _of_spot(spot: Spot) -> tuple[str, int, str | None, bool]:
    return spot.fias_id, spot.fias_level, spot.postal_code, bool(spot.names)


def _matched(rows: pl.DataFrame, gar: GarIndex) -> pl.DataFrame:
    """Each distinct address matched as a whole."""
    distinct = rows.select(COLUMNS).unique(maintain_order=True)
    addresses = [Address(**{**row, "problems": tuple(row["problems"])}) for row in distinct.iter_rows(named=True)]
    found = frame(gar.match(address).address for address in addresses)
    known = distinct.with_row_index("place")
    places = rows.select("row", *COLUMNS).join(known, on=COLUMNS, how="left", nulls_equal=True, maintain_order="left")
    return found[places["place"]].insert_column(0, places["row"]).select("row", *COLUMNS)

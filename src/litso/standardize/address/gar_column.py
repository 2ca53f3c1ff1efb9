"""A column of addresses matched with the register: every place is asked for once, houses are looked up together."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final

import numpy as np
import polars as pl
import pyarrow as pa

from litso.standardize.address.compose import place_again
from litso.standardize.address.gar import (
    FOUND,
    HOUSE_LEVEL,
    MISSING,
    PLOT_LEVEL,
    SIMILAR,
    GarIndex,
    GarRegion,
    PlaceNames,
)
from litso.standardize.address.gar_tables import house_hash, number_of
from litso.standardize.address.model import COLUMNS, Address

_RENAMED: Final = ("city", "city_type", "settlement", "settlement_type", "street", "street_type")
_PLACES: Final[dict[str, pl.DataType]] = {
    "spot_id": pl.String(),
    "spot_level": pl.Int8(),
    "spot_code": pl.String(),
    "object_id": pl.Int64(),
    "region_at": pl.Int16(),
    "is_whole": pl.Boolean(),
    "corrections": pl.List(pl.String()),
    "old_line": pl.String(),
    "new_line": pl.String(),
    "new_key": pl.String(),
    **{f"new_{name}": pl.String() for name in _RENAMED},
}
"""What the register says of a place; the lines, the key and the names only where it has other names."""

_RUSSIA: Final = "Россия"
_HOUSES: Final[dict[str, pl.DataType]] = {
    "house_id": pl.String(),
    "house_level": pl.Int8(),
    "house_code": pl.String(),
    "found": pl.Int8(),
}
_ASKED: Final = ("region_at", "object_id", "is_whole", "house_key")


def match_column(addresses: pl.DataFrame, gar: GarIndex) -> pl.DataFrame:
    """`GarIndex.match` over a frame of addresses, row by row the same; columns and order stay."""
    places = addresses.select(PlaceNames._fields).unique(maintain_order=True)
    spots = pl.DataFrame([_of_place(gar, PlaceNames(*row)) for row in places.iter_rows()], schema=_PLACES, orient="row")
    told = addresses.join(
        places.hstack(spots), on=PlaceNames._fields, how="left", nulls_equal=True, maintain_order="left"
    )
    has_house = (pl.col("house").is_not_null() | pl.col("stead").is_not_null()) & pl.col("region_at").is_not_null()
    told = told.with_columns(has_house=has_house)
    houses = told.filter("has_house").select(_ASKED).unique(maintain_order=True)
    found = told.join(
        houses.hstack(_houses(gar, houses)).with_columns(has_house=True),
        on=[*_ASKED, "has_house"],
        how="left",
        nulls_equal=True,
        maintain_order="left",
    )
    return (
        _renamed(found)
        .with_columns(
            fias_id=pl.coalesce("house_id", "spot_id"),
            fias_level=pl.coalesce("house_level", "spot_level"),
            postal_code=pl.coalesce("house_code", "spot_code", "postal_code"),
            qc_house="found",
            qc_complete=pl.when(pl.col("found").is_in([SIMILAR, MISSING]) & pl.col("qc_complete").is_in([0, 5]))
            .then(pl.lit(MISSING, dtype=pl.Int8))
            .otherwise("qc_complete"),
            problems=pl.when(pl.col("corrections").list.len() > 0)
            .then(pl.concat_list("problems", "corrections"))
            .otherwise("problems"),
        )
        .select(COLUMNS)
    )


def _renamed(rows: pl.DataFrame) -> pl.DataFrame:
    """Names of today; the line and the key keep what is behind the place."""
    abroad = pl.when(pl.col("country") != _RUSSIA).then(pl.col("country") + ", ").fill_null("")
    behind = pl.col("result").str.strip_prefix(abroad + pl.col("old_line"))
    house = pl.col("house_key").str.split("|").list.last()
    is_renamed = pl.col("new_line").is_not_null()
    return rows.with_columns(
        *(pl.coalesce(f"new_{name}", name).alias(name) for name in _RENAMED),
        result=pl.when(is_renamed).then(abroad + pl.col("new_line") + behind).otherwise("result"),
        house_key=pl.when(is_renamed & pl.col("house_key").is_not_null())
        .then(pl.concat_str("new_key", house, separator="|"))
        .otherwise("house_key"),
    )


def _of_place(gar: GarIndex, names: PlaceNames) -> tuple[object, ...]:
    """A place as `_PLACES`."""
    spot = gar.spot(names)
    if spot is None:
        return (None,) * len(_PLACES)
    at = gar.regions.index(spot.region)
    found = (spot.fias_id, spot.fias_level, spot.postal_code, spot.object_id, at, spot.is_whole, list(spot.corrections))
    if not spot.names:
        return *found, *(None,) * (len(_PLACES) - len(found))
    before = Address(**names._asdict())
    told: dict[str, Any] = dict(spot.names)
    old, new = place_again(before), place_again(replace(before, **told))
    return *found, old.line, new.line, new.key, *(told.get(name) for name in _RENAMED)


def _houses(gar: GarIndex, asked: pl.DataFrame) -> pl.DataFrame:
    """`_HOUSES` of (region, object, whether a house may be looked for, key of the house)."""
    found = [
        _in_region(gar.regions[int(part["region_at"][0])], part)
        for part in asked.with_row_index("place").partition_by("region_at", maintain_order=True)
    ]
    return pl.concat([pl.DataFrame(schema={"place": pl.UInt32, **_HOUSES}), *found]).sort("place").drop("place")


def _in_region(region: GarRegion, asked: pl.DataFrame) -> pl.DataFrame:
    """Houses of one region, looked up by their hashes."""
    objects = asked["object_id"].to_list()
    keys = [(key or "").rsplit("|", 1)[-1] for key in asked["house_key"].to_list()]
    may = asked["is_whole"].to_numpy() & np.array([bool(key) for key in keys])
    pairs = list(zip(objects, keys, strict=True))
    rows = region.house_rows(np.array([house_hash(*pair) for pair in pairs], np.uint64))
    near = region.have_numbers(np.array([house_hash(one, number_of(key)) for one, key in pairs], np.uint64))
    is_found = may & (rows >= 0)
    take = pa.array(np.where(is_found, rows, 0), mask=~is_found)
    guids = pl.Series(region.guids.take(take).cast(pa.binary())).bin.encode("hex")
    plots = pl.Series(region.plots.take(take))
    return pl.DataFrame(
        {"place": asked["place"], "hex": guids, "plot": plots, "house_code": region.postal_codes.take(take)}
    ).select(
        "place",
        house_id=pl.concat_str(
            *(pl.col("hex").str.slice(start, size) for start, size in ((0, 8), (8, 4), (12, 4), (16, 4), (20, 12))),
            separator="-",
        ),
        house_level=pl.when("plot").then(PLOT_LEVEL).when(~pl.col("plot")).then(HOUSE_LEVEL).cast(pl.Int8),
        house_code="house_code",
        found=pl.Series(np.where(is_found, FOUND, np.where(may & near, SIMILAR, MISSING)), dtype=pl.Int8),
    )

"""The register of premises: houses, entrances, flats, and the section of the network that feeds them."""

from __future__ import annotations

import numpy as np
import polars as pl

from litso.demo.addresses import letter_text
from litso.demo.chance import Ints
from litso.demo.sheet import digits, joined, where
from litso.demo.systems.rows import Rows
from litso.demo.town import entrance_and_floor
from litso.demo.world import World

_NO_ERRORS = pl.DataFrame(schema={"source": pl.String, "source_id": pl.String, "error": pl.String})


def premise_rows(world: World) -> Rows:
    """Every premise of the block, lived in or not."""
    block, territory = world.block, world.demo.territory
    houses = territory.houses[block.house]
    kind = houses["kind"].to_numpy()
    entrance, floor = entrance_and_floor(kind, np.maximum(block.flat, 1))
    is_flat = block.flat > 0
    keys = premise_ids(world, np.arange(len(block.house)))
    place = territory.places[houses["place"].to_numpy()]
    frame = pl.DataFrame(
        {
            "premise_id": keys,
            "house_id": joined("Д", pl.Series(block.house + 1).cast(pl.String).str.zfill(6)),
            "kind": where(is_flat, "квартира", "жилой дом"),
            "region": pl.Series([territory.setting.region + " область"] * len(keys)),
            "area": where((place["area"] != "").to_numpy(), joined(place["area"], " р-н"), None),
            "city": joined(place["kind"], " ", place["name"]),
            "street": _streets(world, houses["street"].to_numpy()),
            "house": _numbers(houses),
            "block": digits(houses["korpus"].to_numpy()),
            "flat": digits(block.flat),
            "entrance": digits(np.where(is_flat, entrance, 0)),
            "floor": digits(np.where(is_flat, floor, 0)),
            "section": _sections(houses, place),
            "latitude": houses["latitude"],
            "longitude": houses["longitude"],
            "address": world.demo.book.texts(block.house, block.flat, np.ones(len(keys), np.int64)),
        }
    )
    return Rows(frame, "premise_id", None, _NO_ERRORS)


def premise_ids(world: World, premise: Ints) -> pl.Series:
    """Ids of premises of the block."""
    return joined("П", pl.Series(world.block.first_premise + premise + 1).cast(pl.String).str.zfill(7))


def _streets(world: World, street: Ints) -> pl.Series:
    table = world.demo.territory.streets
    named = joined(table["kind"], " ", table["name"]).gather(np.maximum(street, 0))
    return where(street >= 0, named, None)


def _numbers(houses: pl.DataFrame) -> pl.Series:
    slash = houses["slash"].to_numpy()
    letters = pl.Series([letter_text(number) for number in houses["letter"]])
    after = where(slash > 0, joined("/", houses["slash"].cast(pl.String)), "")
    return joined(houses["number"].cast(pl.String), after, letters)


def _sections(houses: pl.DataFrame, place: pl.DataFrame) -> pl.Series:
    """«Самара, ЦТП-12»."""
    return joined(place["name"], ", ЦТП-", houses["section"].cast(pl.String))

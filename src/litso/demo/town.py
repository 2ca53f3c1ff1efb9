"""The territory as a whole: places, streets, houses, premises, who lives behind which door.

Everything here is a few numbers a house or a premise, so that ten million people fit into memory; people themselves
are made block by block (`people`). A block is a handful of houses from all over the territory, about `BLOCK` premises:
moves, lets and re-issued numbers happen inside it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final, NamedTuple

import numpy as np
import polars as pl

from litso.demo.chance import Flags, Floats, Ints, pick, stream
from litso.demo.families import household_kinds, household_sizes
from litso.demo.places import AREA_VILLAGES, Setting, street_names, village_kind

BLOCK: Final = 16_384
"""Premises a block; part of the generator's version."""
VACANT: Final = 0.04
HOUSES_A_STREET: Final = 14
STREETS_A_SECTION: Final = 5
VILLAGE_PREMISES: Final = 140


class HouseKind(NamedTuple):
    """A way of building: private houses have no flats. Shares are of premises in a town, a small town, a village."""

    entrances: int
    floors: int
    flats_a_floor: int
    town: float
    small_town: float
    village: float

    @property
    def premises(self) -> int:
        return self.entrances * self.floors * self.flats_a_floor


HOUSE_KINDS: Final = (
    HouseKind(1, 1, 1, 0.07, 0.24, 0.84),
    HouseKind(1, 2, 4, 0.01, 0.05, 0.08),
    HouseKind(2, 2, 4, 0.03, 0.11, 0.08),
    HouseKind(3, 3, 4, 0.03, 0.10, 0.0),
    HouseKind(4, 5, 3, 0.17, 0.22, 0.0),
    HouseKind(4, 5, 4, 0.16, 0.16, 0.0),
    HouseKind(6, 5, 3, 0.07, 0.05, 0.0),
    HouseKind(2, 9, 4, 0.11, 0.04, 0.0),
    HouseKind(4, 9, 4, 0.14, 0.03, 0.0),
    HouseKind(6, 9, 4, 0.06, 0.0, 0.0),
    HouseKind(1, 14, 4, 0.05, 0.0, 0.0),
    HouseKind(1, 16, 6, 0.05, 0.0, 0.0),
    HouseKind(2, 17, 6, 0.05, 0.0, 0.0),
)
_PREMISES: Final = np.array([kind.premises for kind in HOUSE_KINDS])
_FLATS: Final = np.array([[kind.entrances, kind.floors, kind.flats_a_floor] for kind in HOUSE_KINDS])


@dataclass(frozen=True)
class Territory:
    """Places, streets, houses and premises of one demo.

    `places`: kind, name, area, code, post, latitude, longitude, premises, size (0 the main town, 1 a town, 2 a
    village).
    `streets`: place, kind, name, district. `houses`, in the order of blocks: place, street (-1 none), kind, number,
    slash, letter, korpus, latitude, longitude, section. Premises stand in the order of houses: `first_premise[h]` is
    the first of house h. `household` is -1 where nobody
    lives; `first_person[k]` the first person of household k.
    """

    setting: Setting
    persons: int
    places: pl.DataFrame
    streets: pl.DataFrame
    houses: pl.DataFrame
    first_premise: Ints
    household: Ints
    household_kind: Ints
    first_person: Ints
    block_house: Ints

    @property
    def blocks(self) -> int:
        return len(self.block_house) - 1

    @property
    def premises(self) -> int:
        return int(self.first_premise[-1])


def build_territory(setting: Setting, persons: int, seed: int) -> Territory:
    """The territory where exactly `persons` people live."""
    rng = stream(seed, "town")
    kinds = household_kinds(rng, persons)
    wanted = int(len(kinds) / (1 - VACANT)) + 1
    places = _places(setting, wanted, rng)
    streets, houses = _streets_and_houses(setting, places, rng)
    houses = houses[rng.permutation(len(houses))]
    first_premise = _starts(_PREMISES[houses["kind"].to_numpy()])
    return Territory(
        setting=setting,
        persons=persons,
        places=places,
        streets=streets,
        houses=houses,
        first_premise=first_premise,
        household=_occupy(rng, int(first_premise[-1]), len(kinds)),
        household_kind=kinds,
        first_person=_starts(household_sizes(kinds)),
        block_house=_blocks(first_premise),
    )


def _starts(sizes: Ints) -> Ints:
    return np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64)


def _blocks(first_premise: Ints) -> Ints:
    """First house of each block, and the end."""
    block_of_house = first_premise[:-1] // BLOCK
    return np.append(np.flatnonzero(np.diff(block_of_house, prepend=-1)), len(block_of_house)).astype(np.int64)


def _occupy(rng: np.random.Generator, premises: int, households: int) -> Ints:
    """Household of each premise: a random choice of premises is lived in."""
    is_lived_in = np.zeros(premises, bool)
    is_lived_in[rng.permutation(premises)[:households]] = True
    return np.where(is_lived_in, np.cumsum(is_lived_in) - 1, -1)


# Places --------------------------------------------------------------------------------------------------------


def _places(setting: Setting, premises: int, rng: np.random.Generator) -> pl.DataFrame:
    towns = [
        {"kind": t.kind, "name": t.name, "area": t.area, "code": t.code, "post": t.post, "latitude": t.latitude,
         "longitude": t.longitude, "premises": int(t.share * premises) + 1, "size": 0 if number == 0 else 1}
        for number, t in enumerate(setting.towns)
    ]  # fmt: skip
    return pl.DataFrame(towns + _villages(setting, int(setting.village_share * premises), rng))


def _villages(setting: Setting, premises: int, rng: np.random.Generator) -> list[dict[str, Any]]:
    """Villages of the rural districts: no name twice in one district."""
    every = [(area, name) for name in AREA_VILLAGES for area in range(len(setting.areas))]
    count = min(len(every), max(3, premises // VILLAGE_PREMISES))
    chosen = rng.permutation(len(every))[:count]
    sizes = rng.gamma(2.0, 1.0, count)
    sizes = np.maximum(6, sizes / sizes.sum() * premises).astype(int)
    shift = rng.normal(0, 0.09, (count, 2))
    villages = []
    for number, (area, name) in enumerate(every[i] for i in chosen):
        area_name, code, latitude, longitude = setting.areas[area]
        villages.append(
            {"kind": village_kind(name, int(chosen[number])), "name": name, "area": area_name,
             "code": code, "post": setting.towns[1].post, "latitude": latitude + float(shift[number, 0]),
             "longitude": longitude + float(shift[number, 1]), "premises": int(sizes[number]), "size": 2}
        )  # fmt: skip
    return villages


# Streets and houses --------------------------------------------------------------------------------------------


def _streets_and_houses(
    setting: Setting, places: pl.DataFrame, rng: np.random.Generator
) -> tuple[pl.DataFrame, pl.DataFrame]:
    names = street_names(setting)
    streets: list[pl.DataFrame] = []
    houses: list[pl.DataFrame] = []
    first_street = 0
    for number, place in enumerate(places.iter_rows(named=True)):
        kinds = _houses_of_place(rng, place["premises"], place["size"])
        of_place = _streets_of_place(rng, names, number, len(kinds), place, setting)
        streets.append(of_place)
        houses.append(_houses_on_streets(rng, kinds, number, first_street, len(of_place), place))
        first_street += len(of_place)
    return pl.concat(streets), pl.concat(houses)


def _houses_of_place(rng: np.random.Generator, premises: int, size: int) -> Ints:
    """Kinds of houses with just enough premises."""
    share = np.array([kind[3 + size] for kind in HOUSE_KINDS]) / _PREMISES
    kinds = pick(rng, share, int(premises / (share @ _PREMISES) * share.sum() * 1.3) + 30)
    kept = int(np.searchsorted(np.cumsum(_PREMISES[kinds]), premises)) + 1
    return kinds[:kept]


def _streets_of_place(
    rng: np.random.Generator,
    names: tuple[tuple[str, str], ...],
    place: int,
    houses: int,
    row: dict[str, Any],
    setting: Setting,
) -> pl.DataFrame:
    """Streets of a place: common names first. A small village has none."""
    is_village = row["size"] == 2
    if is_village and (houses < 60 or rng.random() < 0.35):
        count = 0
    else:
        count = int(np.clip(houses // HOUSES_A_STREET, 2, len(names)))
    pool = names[: max(30, count * 2)] if not is_village else tuple(s for s in names[:60] if s[0] == "ул")
    count = min(count, len(pool))
    chosen = [pool[i] for i in np.sort(rng.permutation(len(pool))[:count])]
    districts = setting.towns[place].districts if place < len(setting.towns) else ()
    district = [districts[i % len(districts)] if districts else "" for i in range(count)]
    return pl.DataFrame(
        {
            "place": [place] * count,
            "kind": [k for k, _ in chosen],
            "name": [n for _, n in chosen],
            "district": district,
        },
        schema={"place": pl.Int64, "kind": pl.String, "name": pl.String, "district": pl.String},
    )


def _houses_on_streets(
    rng: np.random.Generator, kinds: Ints, place: int, first_street: int, streets: int, row: dict[str, Any]
) -> pl.DataFrame:
    """Houses numbered along their streets; private houses keep to streets of their own where there are enough."""
    street = _street_of_house(rng, kinds, streets)
    order = np.lexsort((rng.random(len(kinds)), street))
    kinds, street = kinds[order], street[order]
    spread = (0.045, 0.02, 0.006)[row["size"]]
    section = np.arange(max(streets, 1)) // STREETS_A_SECTION
    # Streets of one section of the network are neighbours.
    centres = rng.normal(0, spread, (section[-1] + 1, 2))[section] + rng.normal(0, spread / 5, (len(section), 2))
    centre = centres[np.maximum(street, 0)]
    near = rng.normal(0, spread / 12, (len(kinds), 2))
    number, slash, letter, korpus = _numbers(rng, street, kinds == 0)
    return pl.DataFrame(
        {
            "place": np.full(len(kinds), place),
            "street": np.where(street < 0, -1, street + first_street),
            "kind": kinds,
            "number": number,
            "slash": slash,
            "letter": letter,
            "korpus": korpus,
            "latitude": np.round(row["latitude"] + centre[:, 0] + near[:, 0], 6),
            "longitude": np.round(row["longitude"] + centre[:, 1] * 1.6 + near[:, 1], 6),
            "section": section[np.maximum(street, 0)] + 1,
        }
    )


def _street_of_house(rng: np.random.Generator, kinds: Ints, streets: int) -> Ints:
    """Longer streets come first in each class; -1 in villages without streets."""
    if streets == 0:
        return np.full(len(kinds), -1)
    private = max(1, round(streets * float((kinds == 0).mean())))
    private = min(private, streets - 1) if streets > 1 else 1
    tall = max(1, streets - private)
    length = rng.gamma(2.5, 1.0, streets) + 0.3
    in_tall = pick(rng, length[:tall], len(kinds))
    in_private = pick(rng, length[-private:], len(kinds)) + streets - private
    is_private: Flags = kinds == 0
    return np.where(is_private, in_private, in_tall)


def _numbers(rng: np.random.Generator, street: Ints, is_private: Flags) -> tuple[Ints, Ints, Ints, Ints]:
    """House numbers that are unique on their street: number, number after a slash, letter, korpus (0 where none).

    Neighbours that share a number are told apart by letters or, among tall houses, by korpus.
    """
    size = len(street)
    starts_street = np.diff(street, prepend=-2) != 0
    shares: Flags = (rng.random(size) < 0.13) & ~starts_street
    step = np.where(starts_street, rng.integers(1, 4, size), 1 + (rng.random(size) < 0.2))
    group = np.cumsum(~shares) - 1
    number = _restart(np.cumsum(np.where(shares, 0, step)), starts_street)
    place_in_group = np.arange(size) - np.flatnonzero(~shares)[group]
    is_korpus = ((rng.random(size) < 0.55)[np.flatnonzero(~shares)] & ~is_private[~shares])[group]
    group_size = np.bincount(group)[group]
    korpus = np.where(is_korpus & (group_size > 1), place_in_group + 1, 0)
    letter = np.where(~is_korpus, place_in_group, 0)
    slash = np.where((rng.random(size) < 0.03) & (group_size == 1), rng.integers(2, 90, size), 0)
    return number, slash, letter, korpus


def _restart(cumulated: Ints, starts: Flags) -> Ints:
    """Numbers that begin anew on every street, from the step of its first house."""
    before = np.concatenate([[0], cumulated[:-1]])[np.flatnonzero(starts)]
    restarted: Ints = cumulated - before[np.cumsum(starts) - 1]
    return restarted


def entrance_and_floor(kind: Ints, flat: Ints) -> tuple[Ints, Ints]:
    """Entrance and floor of a flat (from 1) in a house of a kind."""
    _, floors, a_floor = _FLATS[kind].T
    entrance = (flat - 1) // (floors * a_floor) + 1
    floor = (flat - 1) % (floors * a_floor) // a_floor + 1
    return entrance, floor


def block_sizes(territory: Territory) -> Floats:
    """Premises of each block, for progress."""
    return np.diff(territory.first_premise[territory.block_house]).astype(float)

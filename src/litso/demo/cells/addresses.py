"""Addresses of premises."""

from __future__ import annotations

from typing import Final

import numpy as np
import polars as pl

from litso.demo import spoil
from litso.demo.addresses import SPELLINGS
from litso.demo.chance import Flags, Ints
from litso.demo.sheet import Sheet, joined, put
from litso.demo.world import World


def addresses(
    sheet: Sheet, world: World, house: Ints, flat: Ints, spellings: tuple[float, ...], seats: Flags | None = None
) -> pl.Series:
    """Addresses of premises in spellings drawn by weight; `seats` marks rows of companies, whose flat is an office."""
    size = len(house)
    shift = world.demo.territory.setting.spelling_shift
    spelling = (sheet.draw(spellings, size) + shift) % len(SPELLINGS)
    flat = _spoiled_flats(sheet, flat)
    street = world.demo.book.street_texts(house, spelling)
    street = sheet.spoil("address_typo", street, np.ones(size, bool), spoil.typo)
    text = world.demo.book.texts(house, np.where(seats, 0, flat) if seats is not None else flat, spelling, street)
    if seats is not None:
        offices = np.flatnonzero(seats & (flat > 0))
        text = put(
            text, offices, joined(text.gather(offices), ", оф. ", pl.Series(flat[offices]).cast(pl.String)).to_list()
        )
    text = sheet.spoil("address_ocr", text, np.ones(size, bool), spoil.scanned)
    return sheet.blank("address_missing", text)


def _spoiled_flats(sheet: Sheet, flat: Ints) -> Ints:
    flat = flat.copy()
    flat[sheet.hit("address_without_flat", flat > 0)] = 0
    rows = sheet.hit("address_wrong_flat", flat > 0)
    flat[rows] = np.maximum(1, flat[rows] + sheet.rng.choice(np.array([-10, -1, 1, 10]), len(rows)))
    return flat


EVERY_SPELLING: Final = tuple(1.0 for _ in SPELLINGS)


def one_spelling(*numbers: int) -> tuple[float, ...]:
    """Weights of the spellings of one system."""
    return tuple(float(number in numbers) for number in range(len(SPELLINGS)))


def premise_of(world: World, who: Ints, is_old: Flags) -> Ints:
    """Premise where a person lives, or lived before moving where `is_old`."""
    household = world.people.household[who]
    former = world.block.former[household]
    return np.where(is_old & (former >= 0), former, world.block.home[household])

"""The register of legal entities that have a contract with the utility."""

from __future__ import annotations

from typing import Final

import numpy as np
import polars as pl

from litso.demo import spoil
from litso.demo.cells.addresses import addresses, one_spelling
from litso.demo.cells.names import true_parts
from litso.demo.cells.phones import code_digits, phone_texts
from litso.demo.cells.values import account_texts
from litso.demo.chance import Ints
from litso.demo.sheet import Sheet, dates, digits, joined, where
from litso.demo.systems.rows import Rows, doubled, ids
from litso.demo.world import World

PHONE_FORMS: Final = (1.0, 1, 3, 1, 3, 0, 0, 1, 1, 0, 0)
SPELLINGS: Final = one_spelling(1, 2, 8, 13, 14)


def company_rows(world: World) -> Rows:
    """Companies with their tax and registration numbers; some are entered twice, once by the full name."""
    sheet = Sheet("companies", world.demo.rates, world.demo.seed, world.index)
    firms, size = world.companies, len(world.companies)
    every = np.ones(size, bool)
    name = where(sheet.rng.random(size) < 0.4, firms.full, firms.short)
    adults = np.flatnonzero(world.block.is_adult)
    directors = adults[sheet.rng.integers(0, len(adults), size)]
    phone = phone_texts(firms.phone, sheet.draw(PHONE_FORMS, size), code_digits(world, firms.phone))
    seats = addresses(sheet, world, firms.house, firms.office, SPELLINGS, every)
    inn = sheet.spoil("document_typo", digits(firms.inn, 10), every, spoil.digit_typo)
    frame = pl.DataFrame(
        {
            "name": sheet.spoil("name_typo", name, every, spoil.typo),
            "inn": where(sheet.rng.random(size) < 0.94, inn, None),
            "kpp": where(sheet.rng.random(size) < 0.85, digits(firms.kpp, 9), None),
            "ogrn": where(sheet.rng.random(size) < 0.7, digits(firms.ogrn, 13), None),
            "legal_address": seats,
            "phone": sheet.blank("phone_missing", phone),
            "email": sheet.blank("email_missing", firms.email),
            "account": account_texts(sheet, world.accounts.number[-size:]),
            "director": _directors(world, directors),
            "post": firms.post,
            "updated": dates(world.demo.today - sheet.rng.integers(5, 1500, size)),
        }
    )
    frame, who = doubled(sheet, -2 - np.arange(size), frame)
    keys = ids(world, len(frame), "L")
    return Rows(frame.insert_column(0, keys.alias("org_id")), "org_id", who, sheet.errors(keys))


def _directors(world: World, who: Ints) -> pl.Series:
    surname, given, patronymic = true_parts(world, who)
    return joined(surname, " ", given, " ", patronymic)

"""The personal cabinet: people who signed up on the site or in the app and typed everything themselves."""

from __future__ import annotations

from typing import Final

import numpy as np
import polars as pl

from litso.demo.cells.addresses import addresses, premise_of
from litso.demo.cells.names import GIVEN_FIRST, SURNAME_FIRST, company_names, full_names, name_parts
from litso.demo.cells.phones import phones
from litso.demo.cells.values import account_texts, birth_dates, emails
from litso.demo.chance import Ints
from litso.demo.sheet import Sheet, joined, moments, put, where
from litso.demo.systems.rows import Rows, doubled, ids
from litso.demo.world import World

PHONE_FORMS: Final = (2.0, 8, 1, 0, 0, 3, 1, 0, 2, 0, 0)
SPELLINGS: Final = (2.0, 0, 0, 3, 4, 1, 2, 1, 0, 2, 3, 0, 2, 0, 0, 0.5)
_AGES: Final = (18, 30, 45, 60, 75)
_SHARES: Final = (0.28, 0.42, 0.40, 0.24, 0.08)


def cabinet_rows(world: World) -> Rows:
    """Users of the site and the mobile app: younger people more often."""
    sheet = Sheet("cabinet", world.demo.rates, world.demo.seed, world.index)
    who = _users(sheet, world)
    size = len(who)
    registered = world.demo.today - (sheet.rng.beta(1, 1.3, size) * 1500).astype(np.int64) - 2
    seen = registered + ((world.demo.today - registered) * sheet.rng.beta(3, 1, size)).astype(np.int64)
    is_old = registered < world.block.moved_on[world.people.household[who]]
    premise = premise_of(world, who, is_old & (sheet.rng.random(size) < 0.5))
    email = emails(sheet, world, who)
    phone = phones(sheet, world, who, PHONE_FORMS, world.demo.today - seen > 200)
    order = pl.Series([SURNAME_FIRST, GIVEN_FIRST]).gather((sheet.rng.random(size) < 0.22).astype(np.int64))
    seconds = sheet.rng.integers(0, 86_400, size)
    frame = pl.DataFrame(
        {
            "login": where(email.is_not_null().to_numpy(), email, phone),
            "full_name": _cased(
                sheet, company_names(sheet, world, full_names(sheet, name_parts(sheet, world, who), order))
            ),
            "birth_date": birth_dates(sheet, world, who).str.to_date("%Y-%m-%d", strict=False),
            "email": email,
            "phone": phone,
            "account": account_texts(sheet, world.first_account(premise)),
            "address": addresses(sheet, world, world.block.house[premise], world.block.flat[premise], SPELLINGS),
            "channel": sheet.choice(("site", "android", "ios"), (5, 4, 2), size),
            "newsletter": pl.Series(sheet.rng.random(size) < 0.4),
            "registered_at": moments(registered, seconds),
            "last_seen_at": moments(seen, np.minimum(86_399, seconds + 600)),
        }
    )
    frame, who = doubled(sheet, who, frame)
    keys = ids(world, len(frame), "u")
    return Rows(frame.insert_column(0, keys.alias("user_id")), "user_id", who, sheet.errors(keys))


def _users(sheet: Sheet, world: World) -> Ints:
    age = world.people.age(world.demo.today)
    share = np.array([0.0, *_SHARES])[np.searchsorted(_AGES, age, side="right")]
    return np.flatnonzero(sheet.rng.random(len(age)) < share)


def _cased(sheet: Sheet, names: pl.Series) -> pl.Series:
    """Some people never press Shift, some leave blanks."""
    rows = np.flatnonzero(sheet.rng.random(len(names)) < 0.04)
    names = put(names, rows, names.gather(rows).str.to_lowercase().to_list())
    rows = np.flatnonzero(sheet.rng.random(len(names)) < 0.03)
    return put(names, rows, joined(names.gather(rows), " ").to_list())

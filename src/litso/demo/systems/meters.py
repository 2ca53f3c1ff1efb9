"""Metering: a row a meter, with the two last readings and the subscriber as the contractor wrote him down."""

from __future__ import annotations

from typing import Final

import numpy as np
import polars as pl

from litso.demo.cells.addresses import addresses, one_spelling
from litso.demo.cells.names import party_names
from litso.demo.cells.values import account_texts
from litso.demo.chance import Ints, scramble
from litso.demo.sheet import Sheet, dates, joined, where
from litso.demo.systems.rows import ROOM, Rows, ids
from litso.demo.world import World

KINDS: Final = ("ХВС", "ГВС", "Тепло")
SPELLINGS: Final = one_spelling(5, 9, 11)
BRANDS: Final = ("СВ-15", "СГВ-15", "ВСКМ", "Бетар", "Itelma", "Пульсар", "ЭКО НОМ", "Нептун")
_YEAR: Final = 365


def meter_rows(world: World) -> Rows:
    """Meters of the premises of the block: cold water nearly everywhere, hot water in flats, heat in new houses."""
    sheet = Sheet("meters", world.demo.rates, world.demo.seed, world.index)
    account, kind = _installed(sheet, world)
    who, premise = world.accounts.holder[account], world.accounts.premise[account]
    size = len(account)
    number = world.index * ROOM + np.arange(size)
    installed = world.demo.today - sheet.rng.integers(60, 9 * _YEAR, size)
    verified = installed + np.where(kind == 1, 4, 6) * _YEAR
    reading_day = world.demo.today - sheet.rng.integers(1, 40, size)
    previous, current = _readings(sheet, kind, installed, world.demo.today)
    keys = ids(world, size, "M")
    frame = pl.DataFrame(
        {
            "meter_id": keys,
            "serial": pl.Series(10_000_000 + scramble(number, 89_999_999, world.demo.seed, 3)).cast(pl.String),
            "kind": pl.Series(KINDS).gather(kind),
            "brand": pl.Series(BRANDS).gather(sheet.rng.integers(0, len(BRANDS), size)),
            "account": account_texts(sheet, world.accounts.number[account]),
            "subscriber": party_names(sheet, world, who),
            "address": addresses(sheet, world, world.block.house[premise], world.block.flat[premise], SPELLINGS),
            "service_point": joined(
                "ТП-", pl.Series(world.block.first_premise + premise + 1).cast(pl.String).str.zfill(7)
            ),
            "installed": dates(installed),
            "verified_until": dates(verified),
            "previous": _cubic(previous),
            "previous_at": dates(reading_day - 30),
            "current": where(sheet.rng.random(size) < 0.93, _cubic(current), None),
            "current_at": dates(reading_day),
        }
    )
    return Rows(frame, "meter_id", who, sheet.errors(keys))


def _installed(sheet: Sheet, world: World) -> tuple[Ints, Ints]:
    """Accounts with a meter each, and kinds of the meters, in the order of accounts."""
    accounts = world.accounts
    of_premise = accounts.premise >= 0
    in_flat = of_premise & (world.block.flat[np.maximum(accounts.premise, 0)] > 0)
    water, heat = of_premise & (accounts.service == 0), of_premise & (accounts.service == 1)
    chance = sheet.rng.random((4, len(accounts)))
    chosen = (
        (np.flatnonzero(water & (chance[0] < 0.82)), 0),
        (np.flatnonzero(water & in_flat & (chance[1] < 0.68)), 1),
        (np.flatnonzero(water & in_flat & (chance[2] < 0.10)), 0),
        (np.flatnonzero(heat & (chance[3] < 0.5)), 2),
    )
    account = np.concatenate([rows for rows, _ in chosen])
    kind = np.concatenate([np.full(len(rows), number) for rows, number in chosen])
    order = np.argsort(account, kind="stable")
    return account[order], kind[order]


def _readings(sheet: Sheet, kind: Ints, installed: Ints, today: int) -> tuple[Ints, Ints]:
    """Readings of a month ago and now, in thousandths of the unit."""
    a_day = np.choose(kind, [150, 90, 30]) * sheet.rng.lognormal(0, 0.5, len(kind))
    previous = ((today - 30 - installed).clip(1) * a_day).astype(np.int64)
    return previous, previous + (30 * a_day * sheet.rng.uniform(0.5, 1.5, len(kind))).astype(np.int64)


def _cubic(thousandths: Ints) -> pl.Series:
    return joined(
        pl.Series(thousandths // 1000).cast(pl.String), ".", pl.Series(thousandths % 1000).cast(pl.String).str.zfill(3)
    )

"""Dispatchers: repair orders that people call in, and outages over houses."""

from __future__ import annotations

from typing import Final

import numpy as np
import polars as pl

from litso.demo.cells.addresses import addresses
from litso.demo.cells.names import GIVEN_FIRST, NO_SURNAME, SURNAME_FIRST, party_names
from litso.demo.cells.phones import phones
from litso.demo.chance import Ints
from litso.demo.outages import OutagePlan
from litso.demo.sheet import Sheet, joined, moments, where
from litso.demo.systems.rows import Rows, doubled, ids
from litso.demo.systems.topics import FAULTS, ORDER_STATUSES, OUTAGE_REASONS, RESOURCES
from litso.demo.world import World

SHARE: Final = 0.10  # orders a premise and year
PHONE_FORMS: Final = (5.0, 1, 1, 3, 1, 1, 3, 2, 0, 1, 2)
SPELLINGS: Final = (1.0, 0, 0, 3, 5, 2, 3, 2, 0, 2, 3, 0, 1, 0, 0, 1)
NOON: Final = 12
CREWS: Final = 14


def order_rows(world: World) -> Rows:
    """Repair orders of the last year: mostly the people of the house, now and then a company."""
    sheet = Sheet("dispatch", world.demo.rates, world.demo.seed, world.index)
    adults = np.flatnonzero(world.block.is_adult)
    size = int(len(world.block.home) * SHARE)
    who = adults[sheet.rng.integers(0, len(adults), size)]
    premise = world.block.home[world.people.household[who]]
    day = world.demo.today - (sheet.rng.beta(1, 1.4, size) * 365).astype(np.int64)
    seconds = sheet.rng.integers(6 * 3600, 23 * 3600, size)
    is_open = (day > world.demo.today - 3) & (sheet.rng.random(size) < 0.7)
    fault = sheet.rng.integers(0, len(FAULTS), size)
    done = moments(
        day + (sheet.rng.random(size) < 0.3), np.minimum(86_399, seconds + sheet.rng.integers(1800, 20_000, size))
    )
    order = sheet.choice((SURNAME_FIRST, GIVEN_FIRST, NO_SURNAME), (7, 1, 2), size)
    frame = pl.DataFrame(
        {
            "Принята": moments(day, seconds),
            "Заявитель": party_names(sheet, world, who, order),
            "Телефон": phones(sheet, world, who, PHONE_FORMS),
            "Адрес": addresses(sheet, world, world.block.house[premise], world.block.flat[premise], SPELLINGS),
            "Что случилось": pl.Series([text for text, _ in FAULTS]).gather(fault),
            "Категория": pl.Series([group for _, group in FAULTS]).gather(fault),
            "Статус": where(is_open, sheet.choice(ORDER_STATUSES[:3], (3, 2, 3), size), ORDER_STATUSES[3]),
            "Бригада": joined("Бригада № ", pl.Series(sheet.rng.integers(1, CREWS + 1, size)).cast(pl.String)),
            "Выполнена": pl.select(pl.when(pl.Series(~is_open)).then(done)).to_series(),
        }
    )
    frame, who = doubled(sheet, who, frame)
    keys = ids(world, len(frame), "Д-")
    return Rows(frame.insert_column(0, keys.alias("Номер")), "Номер", who, sheet.errors(keys))


def outage_rows(world: World) -> Rows:
    """Outages, a row a house of the block: past, going on now, and planned ahead."""
    plan, sheet = world.demo.outages, Sheet("outages", world.demo.rates, world.demo.seed, world.index)
    houses = np.unique(world.block.house)
    houses = houses[plan.of_house[houses] >= 0]
    outage = plan.of_house[houses]
    numbers = joined("О-", pl.Series(outage + 1).cast(pl.String).str.zfill(5))
    now = world.demo.today * 24 + NOON
    state = np.select([plan.end <= now, plan.begin > now], [0, 2], 1)[outage]
    keys = joined(numbers, "/", pl.Series(houses + 1).cast(pl.String))
    frame = pl.DataFrame(
        {
            "Строка": keys,
            "Отключение": numbers,
            "Вид": where(plan.is_planned[outage], *OUTAGE_REASONS),
            "Ресурс": pl.Series(RESOURCES).gather((plan.resource % len(RESOURCES))[outage]),
            "Причина": _reasons(plan, outage),
            "Адрес": world.demo.book.texts(houses, np.zeros_like(houses), np.zeros_like(houses)),
            "Начало": _hours(plan.begin[outage]),
            "Окончание": _hours(plan.end[outage]),
            "Статус": pl.Series(["завершено", "идёт", "запланировано"]).gather(state),
        }
    )
    return Rows(frame, "Строка", None, sheet.errors(keys))


def _reasons(plan: OutagePlan, outage: Ints) -> pl.Series:
    planned, sudden = (pl.Series(texts).gather((plan.reason % len(texts))[outage]) for texts in OUTAGE_REASONS.values())
    return where(plan.is_planned[outage], planned, sudden)


def _hours(hours: Ints) -> pl.Series:
    return moments(hours // 24, hours % 24 * 3600)

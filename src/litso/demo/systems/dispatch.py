"""Dispatchers: repair orders that people call in, and outages over houses."""

from __future__ import annotations

from typing import Final

import numpy as np
import polars as pl

from litso.demo.chance import Ints
from litso.demo.render import GIVEN_FIRST, NO_SURNAME, SURNAME_FIRST, addresses, party_names, phones
from litso.demo.sheet import Sheet, joined, moments, where
from litso.demo.systems.rows import Rows, doubled, ids
from litso.demo.systems.topics import FAULTS, ORDER_STATUSES, OUTAGE_REASONS, RESOURCES
from litso.demo.world import World

SHARE: Final = 0.10  # orders a premise and year
PHONE_FORMS: Final = (5.0, 1, 1, 3, 1, 1, 3, 2, 0, 1, 2)
SPELLINGS: Final = (1.0, 0, 0, 3, 5, 2, 3, 2, 0, 2, 3, 0, 1, 0)
OUTAGES_A_BLOCK: Final = 6
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
    done = moments(day + (sheet.rng.random(size) < 0.3), np.minimum(86_399, seconds + sheet.rng.integers(1800, 20_000, size)))
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
    """Outages, a row a house: past, going on now, and planned ahead."""
    sheet = Sheet("outages", world.demo.rates, world.demo.seed, world.index)
    outage, house = _switched_off(sheet, world)
    count = int(outage.max()) + 1 if len(outage) else 0
    is_planned = sheet.rng.random(count) < 0.6
    begin = np.select([np.arange(count) == 0, np.arange(count) == 1], [-1, 6], sheet.rng.integers(-120, 15, count))
    hours = np.where(is_planned, sheet.rng.integers(6, 60, count), sheet.rng.integers(2, 30, count))
    hours[:1] = 49
    start = sheet.rng.integers(7, 17, count) * 3600
    reason = [_reason(bool(planned), int(c)) for planned, c in zip(is_planned, sheet.rng.integers(0, 1000, count), strict=True)]
    resource = pl.Series(RESOURCES).gather(sheet.rng.integers(0, len(RESOURCES), count))
    end = world.demo.today * 24 + begin * 24 + start // 3600 + hours
    state = np.select([end < world.demo.today * 24, begin > 0], [0, 2], 1)
    keys = ids(world, len(outage), "")
    numbers = ids(world, count, "О-").gather(outage)
    frame = pl.DataFrame(
        {
            "Строка": joined(numbers, "/", keys.str.slice(-4)),
            "Отключение": numbers,
            "Вид": where(is_planned[outage], "плановое", "аварийное"),
            "Ресурс": resource.gather(outage),
            "Причина": pl.Series(reason, dtype=pl.String).gather(outage),
            "Адрес": world.demo.book.texts(house, np.zeros(len(house), np.int64), np.zeros(len(house), np.int64)),
            "Начало": moments(world.demo.today + begin[outage], start[outage]),
            "Окончание": moments((end // 24)[outage], (end % 24 * 3600)[outage]),
            "Статус": pl.Series(["завершено", "идёт", "запланировано"]).gather(state[outage]),
        }
    )
    return Rows(frame, "Строка", None, sheet.errors(keys))


def _reason(planned: bool, chance: int) -> str:
    reasons = OUTAGE_REASONS["плановое" if planned else "аварийное"]
    return reasons[chance % len(reasons)]


def _switched_off(sheet: Sheet, world: World) -> tuple[Ints, Ints]:
    """Houses of each outage: neighbours of one section of the network."""
    houses = np.unique(world.block.house)
    table = world.demo.territory.houses
    section = table["place"].to_numpy()[houses] * 10_000 + table["section"].to_numpy()[houses]
    sections = np.unique(section)
    chosen = sheet.rng.permutation(sections)[:OUTAGES_A_BLOCK]
    parts = [houses[section == number][:40] for number in chosen]
    return np.repeat(np.arange(len(parts)), [len(part) for part in parts]), np.concatenate(parts)

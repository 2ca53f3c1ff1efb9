"""What the utility sent and whom it rang: to which number, and what came of it."""

from __future__ import annotations

from typing import Final

import numpy as np
import polars as pl

from litso.demo.chance import Flags, Floats, Ints, stream
from litso.demo.sheet import Sheet, times
from litso.demo.systems.rows import Rows, ids
from litso.demo.world import World

SHARE: Final = 0.5  # holders of accounts that were tried in the last year
OLD_SHARE: Final = 0.45  # tries by a former number, where there is one
LAND_SHARE: Final = 0.2
MATE_SHARE: Final = 0.15  # tries by the number of another adult of the household
SECOND_READINESS, LAND_READINESS, MATE_READINESS = 0.8, 0.6, 0.25
"""How readily a person answers there, beside the mobile phone."""
SUBJECTS: Final = ("Передайте показания", "Отключение воды", "Поверка прибора", "Задолженность")
CALL, SMS = "звонок", "СМС"


def delivery_rows(world: World) -> Rows:
    """Tries of the last year; a person answers more or less readily, a former number is dead or a stranger's."""
    sheet = Sheet("deliveries", world.demo.rates, world.demo.seed, world.index)
    account = _tried(sheet, world)
    who = world.accounts.holder[account]
    number, chance, is_mates = _numbers(sheet, world, who)
    known = number > 0
    account, number, chance, is_mates = account[known], number[known], chance[known], is_mates[known]
    size = len(account)
    is_land = np.isin(number, world.people.landline)
    by_call = is_land | (sheet.rng.random(size) < 0.4)
    day = world.demo.today - (sheet.rng.beta(1, 1.3, size) * 365).astype(np.int64)
    keys = ids(world, size, "D")
    frame = pl.DataFrame(
        {
            "delivery_id": keys,
            "sent_at": times(day, sheet.rng.integers(9 * 3600, 20 * 3600, size)),
            "channel": pl.Series([SMS, CALL]).gather(by_call.astype(np.int64)),
            "phone": pl.select(pl.concat_str([pl.lit("+7"), pl.Series(number).cast(pl.String)])).to_series(),
            "account": pl.Series(world.accounts.number[account]).cast(pl.String),
            "subject": sheet.choice(SUBJECTS, (4, 3, 2, 2), size),
            "result": _results(sheet, world, number, chance, is_mates, by_call),
        }
    )
    return Rows(frame, "delivery_id", None, sheet.errors(keys))


def _tried(sheet: Sheet, world: World) -> Ints:
    """Accounts of persons, each as often as it was tried."""
    own = np.flatnonzero(world.accounts.holder >= 0)
    tries = sheet.rng.geometric(0.4, len(own)) * (sheet.rng.random(len(own)) < SHARE)
    repeated: Ints = np.repeat(own, np.minimum(tries, 8))
    return repeated


def readiness(world: World) -> Floats:
    """How likely each person answers the own mobile phone."""
    return stream(world.demo.seed, "readiness", world.index).beta(6, 2, len(world.people))


def _numbers(sheet: Sheet, world: World, who: Ints) -> tuple[Ints, Floats, Flags]:
    """The number that was tried (0: none is known), how likely it reaches the person, whether it is another's of the
    household."""
    people, size = world.people, len(who)
    mate = world.block.mate[who]
    of_mate = np.where(mate >= 0, people.mobile[np.maximum(mate, 0)], 0)
    is_old = (people.old_mobile[who] > 0) & (sheet.rng.random(size) < OLD_SHARE)
    is_land = (people.landline[who] > 0) & (sheet.rng.random(size) < LAND_SHARE) & ~is_old
    is_mates = (of_mate > 0) & (sheet.rng.random(size) < MATE_SHARE) & ~is_old & ~is_land
    kinds = [is_old, is_land, is_mates]
    number = np.select(kinds, [people.old_mobile[who], people.landline[who], of_mate], people.mobile[who])
    return number, readiness(world)[who] * np.select(kinds, [0.0, LAND_READINESS, MATE_READINESS], 1.0), is_mates


def _results(sheet: Sheet, world: World, number: Ints, chance: Floats, is_mates: Flags, by_call: Flags) -> pl.Series:
    """What came of each try: somebody else's number may answer, and takes messages."""
    size = len(number)
    drawn = sheet.rng.random(size)
    is_elses = is_mates | ((chance == 0) & np.isin(number, world.people.mobile))
    words = (
        "дозвонились", "нет ответа", "доставлено", "не доставлено", "не тот человек", "номер не обслуживается",
    )  # fmt: skip
    place = np.select(
        [by_call & (drawn < chance), is_elses & by_call & (drawn > 0.5), is_elses & ~by_call & (drawn < 0.9),
         (chance == 0) & by_call & ~is_elses, by_call, drawn < np.sqrt(chance)],
        [np.zeros(size, np.int64), np.full(size, 4), np.full(size, 2), np.full(size, 5), np.ones(size, np.int64),
         np.full(size, 2)],
        3,
    )  # fmt: skip
    return pl.Series(words).gather(place)


def reachability_rows(world: World) -> pl.DataFrame:
    """Each number by which a person may be known, and how likely a try of it reaches the person now."""
    people, block = world.people, world.block
    ready = readiness(world)
    mate = block.mate
    of_mate = np.where(mate >= 0, people.mobile[np.maximum(mate, 0)], 0)
    parts = [
        (people.mobile, ready),
        (people.second_mobile, ready * SECOND_READINESS),
        (people.landline, ready * LAND_READINESS),
        (np.where(people.family_phone == people.mobile, 0, people.family_phone), ready * MATE_READINESS),
        (np.where(of_mate == people.family_phone, 0, of_mate), ready * MATE_READINESS),
        (people.old_mobile, np.zeros_like(ready)),
    ]
    return pl.concat([_reaching(world, numbers, chance) for numbers, chance in parts])


def _reaching(world: World, numbers: Ints, chance: Floats) -> pl.DataFrame:
    who = np.flatnonzero(numbers > 0)
    phone = pl.Series(numbers[who]).cast(pl.String)
    return pl.DataFrame({"person_id": world.person_ids(who), "phone": phone, "chance": chance[who]}).with_columns(
        phone="+7" + pl.col("phone"), chance=pl.col("chance").round(3)
    )

"""Billing: a row an account. Entered by clerks over twenty years, so names are old and contacts are few."""

from __future__ import annotations

from typing import Final

import numpy as np
import polars as pl

from litso.demo.cells.addresses import addresses, one_spelling
from litso.demo.cells.names import party_names
from litso.demo.cells.phones import phones
from litso.demo.cells.values import account_texts, birth_dates, documents, dotted, emails
from litso.demo.chance import Ints
from litso.demo.sheet import Sheet, dates, digits, joined, put, roubles, where
from litso.demo.systems.rows import Rows, doubled, ids
from litso.demo.world import World

SPELLINGS: Final = one_spelling(0, 1, 8)
PHONE_FORMS: Final = (6.0, 1, 0, 2, 1, 1, 4, 1, 0, 2, 0)
STATE_LETTERS: Final = tuple(first + second for first in "АВЕКМНОРСТУХ" for second in "АВЕКМНОРСТУХ")
TARIFFS: Final = ("Население, с ИПУ", "Население, норматив", "Население, отопление")


def billing_rows(world: World) -> Rows:
    """All accounts of the block, with the balance of today."""
    sheet = Sheet("billing", world.demo.rates, world.demo.seed, world.index)
    accounts, size = world.accounts, len(world.accounts)
    who = accounts.holder
    is_person = who >= 0
    persons = np.flatnonzero(is_person)
    inner = Sheet.within(sheet, persons)
    holders = who[persons]
    changed = np.maximum(accounts.holder_since, world.demo.today - sheet.rng.integers(1, 2500, size))
    is_old = world.demo.today - changed > 700
    births = birth_dates(inner, world, holders)
    charge = _charges(sheet, accounts.service, size)
    frame = pl.DataFrame(
        {
            "ls": account_texts(sheet, accounts.number),
            "fio": party_names(sheet, world, who),
            "bdate": _of_persons(size, persons, dotted(births)),
            "tel1": _with_companies(world, who, persons, phones(inner, world, holders, PHONE_FORMS, is_old[persons])),
            "tel2": _of_persons(size, persons, _second_phones(inner, world, holders)),
            "email": _of_persons(size, persons, emails(inner, world, holders)),
            "adres": _addresses(sheet, world),
            "snils": _of_persons(size, persons, documents(inner, world.people.snils[holders], 11, 0.3, "00000000000")),
            "inn": _inns(inner, world, who, persons),
            "tarif": pl.Series(TARIFFS).gather(_tariffs(sheet, accounts.service, size)),
            "prozhivaet": _residents(world),
            "nachisleno": roubles(charge, ","),
            "nachisleno_data": dates(np.full(size, _month_end(world.demo.today)), "%d.%m.%Y"),
            "saldo": roubles(_balances(sheet, charge), ","),
            "status": where(accounts.is_stale & (sheet.rng.random(size) < 0.15), "закрыт", "действует"),
            "changed": dates(changed, "%d.%m.%Y"),
            "dogovor": joined("В-", pl.Series(accounts.number % 10_000_000).cast(pl.String)),
            "dogovor_s": dates(accounts.holder_since, "%d.%m.%Y"),
            "els": _state_numbers(world),
        }
    )
    frame, who = doubled(sheet, who, frame)
    keys = ids(world, len(frame), "")
    return Rows(frame.insert_column(0, keys.alias("abonent_id")), "abonent_id", who, sheet.errors(keys))


def _state_numbers(world: World) -> pl.Series:
    """ЕЛС, the state's own number of an account; the state does not know every tenth."""
    number = world.accounts.number
    letters = pl.Series(STATE_LETTERS).gather(number // 1_000_000 % len(STATE_LETTERS))
    text = joined(world.demo.territory.setting.region_code, letters, digits(number % 1_000_000, 6))
    return where(number % 10 != 0, text, None)


def _of_persons(size: int, persons: Ints, values: pl.Series) -> pl.Series:
    return put(pl.Series([None] * size, dtype=pl.String), persons, values.to_list())


def _with_companies(world: World, who: Ints, persons: Ints, values: pl.Series) -> pl.Series:
    """Phones of persons, and the land lines of companies."""
    company = digits(world.companies.phone[np.maximum(-2 - who, 0)])
    return put(company, persons, values.to_list())


def _second_phones(sheet: Sheet, world: World, who: Ints) -> pl.Series:
    second = digits(world.people.second_mobile[who])
    return where(sheet.rng.random(len(who)) < 0.4, second, None)


def _inns(inner: Sheet, world: World, who: Ints, persons: Ints) -> pl.Series:
    of_persons = documents(inner, world.people.inn[who[persons]], 12, 0.15, "000000000000")
    company = digits(world.companies.inn[np.maximum(-2 - who, 0)], 10)
    return put(company, persons, of_persons.to_list())


def _addresses(sheet: Sheet, world: World) -> pl.Series:
    """Address of the premise; of the company's seat where the account is its own."""
    premise = world.accounts.premise
    own = np.maximum(-2 - world.accounts.holder, 0)
    is_seat = premise < 0
    house = np.where(is_seat, world.companies.house[own], world.block.house[premise])
    flat = np.where(is_seat, world.companies.office[own], world.block.flat[premise])
    return addresses(sheet, world, house, flat, SPELLINGS, is_seat)


def _residents(world: World) -> pl.Series:
    """People registered in the premise."""
    household = np.where(world.accounts.premise >= 0, world.block.household[world.accounts.premise], -1)
    count = np.bincount(world.people.household, minlength=1)
    return pl.Series(np.where(household >= 0, count[np.maximum(household, 0)], 0))


def _tariffs(sheet: Sheet, service: Ints, size: int) -> Ints:
    return np.where(service == 1, 2, (sheet.rng.random(size) < 0.3).astype(np.int64))


def _charges(sheet: Sheet, service: Ints, size: int) -> Ints:
    """Charges of the last month in kopecks."""
    base = np.where(service == 1, 245_000, 128_000)
    charges: Ints = (base * sheet.rng.lognormal(0, 0.45, size)).astype(np.int64)
    return charges


def _balances(sheet: Sheet, charge: Ints) -> Ints:
    """What is owed in kopecks: a tenth owes for many months, some have paid ahead."""
    state = sheet.draw((0.52, 0.30, 0.10, 0.08), len(charge))
    months = np.choose(
        state, [0.0, 1.0, sheet.rng.uniform(2, 30, len(charge)), -sheet.rng.uniform(0.1, 2, len(charge))]
    )
    balances: Ints = (charge * months).astype(np.int64)
    return balances


def _month_end(today: int) -> int:
    """Last day of the month before the one of `today`."""
    first = np.datetime64(today, "D").astype("datetime64[M]").astype("datetime64[D]")
    return int(first.astype(np.int64)) - 1

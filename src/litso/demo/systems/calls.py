"""The call centre: who rang, as the operator caught it."""

from __future__ import annotations

from typing import Final

import numpy as np
import polars as pl

from litso.demo.cells.addresses import addresses, premise_of
from litso.demo.cells.names import GIVEN_FIRST, NO_SURNAME, SURNAME_FIRST, party_names
from litso.demo.cells.phones import code_digits, phone_texts, phones
from litso.demo.cells.values import account_texts
from litso.demo.chance import Ints
from litso.demo.sheet import Sheet, put, times
from litso.demo.systems.rows import Rows, ids
from litso.demo.systems.topics import CALL_TOPICS
from litso.demo.world import World

SHARE: Final = 0.30  # calls an adult and year
COMPANY_SHARE: Final = 0.4
PHONE_FORMS: Final = (0.0, 9, 0, 0, 0, 6, 2, 0, 0, 0, 0)
SPELLINGS: Final = (1.0, 0, 0, 2, 5, 1, 4, 1, 0, 1, 4, 0, 1, 0, 0, 1.5)
RESULTS: Final = ("решён", "создано обращение", "перезвонить", "сброшен")
OPERATORS: Final = 24


def call_rows(world: World) -> Rows:
    """Calls of the last year; some people ring again and again."""
    sheet = Sheet("calls", world.demo.rates, world.demo.seed, world.index)
    who = _callers(sheet, world)
    size = len(who)
    persons = np.flatnonzero(who >= 0)
    callers = who[persons]
    day = world.demo.today - (sheet.rng.beta(1, 1.3, size) * 365).astype(np.int64)
    is_old = day < np.where(who >= 0, world.block.moved_on[world.people.household[np.maximum(who, 0)]], 0)
    premise = premise_of(world, callers, is_old[persons])
    inner = Sheet.within(sheet, persons)
    order = sheet.choice((SURNAME_FIRST, GIVEN_FIRST, NO_SURNAME), (6, 2, 2), size)
    firm = np.maximum(-2 - who, 0)
    seats = world.demo.book.texts(world.companies.house[firm], np.zeros(size, np.int64), sheet.draw(SPELLINGS, size))
    house, flat = world.block.house[premise], world.block.flat[premise]
    numbers = pl.Series(world.accounts.number[-len(world.companies) :][firm]).cast(pl.String)
    lines = world.companies.phone[firm]
    company_phones = phone_texts(lines, sheet.draw(PHONE_FORMS, size), code_digits(world, lines))
    keys = ids(world, size, "K")
    frame = pl.DataFrame(
        {
            "call_id": keys,
            "started_at": times(day, sheet.rng.integers(7 * 3600, 22 * 3600, size)),
            "phone": put(company_phones, persons, phones(inner, world, callers, PHONE_FORMS).to_list()),
            "caller": party_names(sheet, world, who, order),
            "account": put(numbers, persons, account_texts(inner, world.first_account(premise)).to_list()),
            "address": put(seats, persons, addresses(inner, world, house, flat, SPELLINGS).to_list()),
            "topic": pl.Series(CALL_TOPICS).gather(sheet.rng.integers(0, len(CALL_TOPICS), size)),
            "result": sheet.choice(RESULTS, (6, 3, 1, 1), size),
            "operator": pl.Series([f"оператор {number:02d}" for number in range(OPERATORS)]).gather(
                sheet.rng.integers(0, OPERATORS, size)
            ),
            "seconds": sheet.rng.gamma(2, 90, size).astype(np.int64) + 5,
        }
    )
    return Rows(frame, "call_id", who, sheet.errors(keys))


def _callers(sheet: Sheet, world: World) -> Ints:
    adults = np.flatnonzero(world.block.is_adult)
    calls = sheet.rng.geometric(0.55, len(adults)) * (sheet.rng.random(len(adults)) < SHARE * 0.55)
    persons = np.repeat(adults, calls)
    firms = -2 - np.flatnonzero(sheet.rng.random(len(world.companies)) < COMPANY_SHARE)
    return np.concatenate([persons, firms])

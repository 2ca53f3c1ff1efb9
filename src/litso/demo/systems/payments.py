"""Bank registers: payments of the last months, in capitals, by the payer's own name, in a file a bank and month."""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
import polars as pl

from litso.demo.cells.addresses import addresses, one_spelling
from litso.demo.cells.names import party_names
from litso.demo.cells.values import account_texts
from litso.demo.chance import Ints
from litso.demo.sheet import Sheet, dates, roubles
from litso.demo.systems.rows import Rows, ids
from litso.demo.world import World

MONTHS: Final = 4
PAID: Final = 0.80  # of accounts, in a month
SPELLINGS: Final = one_spelling(3, 5, 6, 10)


class Bank(NamedTuple):
    """How a bank sends its registers."""

    name: str
    share: float
    delimiter: str
    encoding: str


BANKS: Final = (
    Bank("sber", 0.6, "|", "cp1251"),
    Bank("vtb", 0.15, ";", "utf-8"),
    Bank("post", 0.15, "|", "utf-8"),
    Bank("gazprom", 0.10, ";", "cp1251"),
)


def payment_rows(world: World) -> Rows:
    """Payments of the block; the last columns `bank` and `month` say which register each belongs to."""
    sheet = Sheet("payments", world.demo.rates, world.demo.seed, world.index)
    account, ago, bank = _paid(sheet, world)
    who = _payers(sheet, world, account)
    premise = world.accounts.premise[account]
    is_seat = premise < 0
    firm = np.maximum(-2 - world.accounts.holder[account], 0)
    size = len(account)
    day = _days(sheet, world.demo.today, ago, size)
    keys = ids(world, size, "", 9)
    house = np.where(is_seat, world.companies.house[firm], world.block.house[premise])
    flat = np.where(is_seat, 0, world.block.flat[premise])
    frame = pl.DataFrame(
        {
            "ID": keys,
            "LS": account_texts(sheet, world.accounts.number[account]),
            "FIO": party_names(sheet, world, who).str.to_uppercase(),
            "ADRES": addresses(sheet, world, house, flat, SPELLINGS).str.to_uppercase(),
            "SUMMA": roubles(_amounts(sheet, world, account)),
            "DATA": dates(day, "%d.%m.%Y"),
            "BANK": pl.Series([b.name.upper() for b in BANKS]).gather(bank),
            "bank": bank,
            "month": pl.Series(day).cast(pl.Int32).cast(pl.Date).dt.to_string("%Y%m"),
        }
    )
    return Rows(frame, "ID", who, sheet.errors(keys))


def _paid(sheet: Sheet, world: World) -> tuple[Ints, Ints, Ints]:
    """Account, months ago and bank of each payment; people keep to their bank."""
    accounts = len(world.accounts)
    faithful = sheet.draw(tuple(bank.share for bank in BANKS), accounts)
    # A tenth never pays through banks.
    habit = np.where(sheet.rng.random(accounts) < 0.1, 0.0, PAID)
    pays = sheet.rng.random((accounts, MONTHS)) < habit[:, None]
    account, ago = np.nonzero(pays)
    other = sheet.draw(tuple(bank.share for bank in BANKS), len(account))
    return account, ago, np.where(sheet.rng.random(len(account)) < 0.06, other, faithful[account])


def _payers(sheet: Sheet, world: World, account: Ints) -> Ints:
    """Mostly the payer of the account, sometimes its holder."""
    payer, holder = world.accounts.payer[account], world.accounts.holder[account]
    return np.where(sheet.rng.random(len(account)) < 0.06, holder, payer)


def _days(sheet: Sheet, today: int, ago: Ints, size: int) -> Ints:
    """A day of the month that many months ago (this month: not after today)."""
    month = np.datetime64(today, "D").astype("datetime64[M]") - ago
    first: Ints = month.astype("datetime64[D]").astype(np.int64)
    length = np.where(ago == 0, today - first + 1, 28)
    return first + (sheet.rng.beta(1.5, 2.5, size) * length).astype(np.int64)


def _amounts(sheet: Sheet, world: World, account: Ints) -> Ints:
    """Kopecks; round sums are common."""
    base = np.where(world.accounts.service[account] == 1, 245_000, 128_000)
    exact = (base * sheet.rng.lognormal(0, 0.45, len(account))).astype(np.int64)
    return np.where(sheet.rng.random(len(account)) < 0.35, (exact // 10_000 + 1) * 10_000, exact)


def register_name(bank: int, month: str) -> str:
    """File of a register inside the folder `payments`."""
    return f"{BANKS[bank].name}_{month}.txt"

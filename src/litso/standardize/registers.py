"""Official registers that standardization may consult: values without files behind them for those who ask.

Where they come from, and which edition, is the business of `usecases.registers`; without any, every kind works by what
the package itself knows.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, NamedTuple

import polars as pl

from litso.domain.territory import Territory
from litso.domain.working_days import WorkingCalendar
from litso.standardize.address import Address, parse, parse_column
from litso.standardize.address.gar import GarIndex
from litso.standardize.address.gar_column import match_column
from litso.standardize.numbering import NumberingPlan
from litso.standardize.passport_list import PassportList


class Bank(NamedTuple):
    """A participant of the payment system of the Bank of Russia."""

    bik: str
    name: str
    city: str | None
    correspondent_account: str | None
    swift: str | None
    type: str | None
    is_active: bool


class Registers(NamedTuple):
    """Registers in use; None where none was loaded. `banks` by BIK, `issuers` of passports by code «770-053».

    `passports` are those that are invalid, `activities` titles of ОКВЭД by code.
    """

    numbering: NumberingPlan | None = None
    gar: GarIndex | None = None
    banks: Mapping[str, Bank] | None = None
    issuers: Mapping[str, tuple[str, ...]] | None = None
    passports: PassportList | None = None
    activities: Mapping[str, str] | None = None
    calendar: WorkingCalendar | None = None


NO_REGISTERS: Final = Registers()


def address(text: str | None, territory: Territory | None = None, registers: Registers = NO_REGISTERS) -> Address:
    """An address as it is read, then as the State Address Register has it where that is loaded."""
    read = parse(text, territory)
    return registers.gar.match(read).address if registers.gar else read


def address_column(
    texts: pl.Series, territory: Territory | None = None, registers: Registers = NO_REGISTERS
) -> pl.DataFrame:
    """`address` over a column of texts: one row a value, in order, with the columns of `Address`."""
    read = parse_column(texts, territory)
    return match_column(read, registers.gar) if registers.gar else read

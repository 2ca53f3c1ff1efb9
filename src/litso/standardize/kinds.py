"""Kinds of values by name: what the command line and the API offer.

A kind has a function for one value and one for a column; both give the columns of the kind, then `qc` and `problems`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final

import polars as pl

from litso.domain.territory import Territory
from litso.errors import BadUsage
from litso.standardize import account, birth_date, company, documents, email, name, passport, phone, vehicle
from litso.standardize.bulk import Row, Schema, by_distinct
from litso.standardize.documents_bulk import inn_column, snils_column
from litso.standardize.name_bulk import name_column
from litso.standardize.phone_bulk import phone_column
from litso.standardize.registers import NO_REGISTERS, Registers, address, address_column

One = Callable[[str | None, Territory | None, Registers], Row]
Column = Callable[[pl.Series, Territory | None, Registers], pl.DataFrame]

ADDRESS_COLUMNS: Final = (
    "result", "postal_code", "country", "region", "region_type", "area", "area_type", "city", "city_type", "settlement",
    "settlement_type", "planning_structure", "street", "street_type", "stead", "house", "house_type", "block",
    "block_type", "entrance", "floor", "flat", "flat_type", "room", "fias_id", "fias_level", "qc_complete", "qc_house",
    "unparsed", "qc", "problems",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind: `columns` of both functions; `one` takes a text, `column` a column, and a territory and registers."""

    name: str
    columns: tuple[str, ...]
    one: One
    column: Column


def _kind(kind: str, one: Callable[[str | None], Row], schema: Schema) -> Kind:
    """A kind that knows no territory and reads each distinct value once."""
    return Kind(
        kind,
        tuple(schema),
        lambda text, territory, registers: one(text),
        lambda values, territory, registers: by_distinct(values, one, schema),
    )


def _address(text: str | None, territory: Territory | None, registers: Registers) -> Row:
    found = address(text, territory, registers)
    values = {column: getattr(found, column) for column in ADDRESS_COLUMNS}
    return tuple({**values, "problems": ";".join(found.problems) or None}.values())


def _address_column(values: pl.Series, territory: Territory | None, registers: Registers) -> pl.DataFrame:
    found = address_column(values, territory, registers).select(ADDRESS_COLUMNS)
    joined = pl.col("problems").list.join(";")
    return found.with_columns(problems=pl.when(joined != "").then(joined))


def _passport(text: str | None, territory: Territory | None, registers: Registers) -> Row:
    """A passport: `qc` 10 for one on the list of invalid ones; a code that no issuer has is noted."""
    found = passport.passport(text)
    if registers.passports and found.qc == 0 and registers.passports.has(found.series or "", found.number or ""):
        found = found._replace(qc=10, problems="invalid_passport")
    return passport.with_issuer(found, registers.issuers)


def _bik(text: str | None, territory: Territory | None, registers: Registers) -> Row:
    """A bank's code; one that the Bank of Russia's directory does not have, or has as closed, is to be looked at."""
    found = documents.bik(text)
    if not registers.banks or not found.valid or found.value is None:
        return found
    bank = registers.banks.get(found.value)
    if bank is not None and bank.is_active:
        return found
    return found._replace(qc=1, problems="closed_bank" if bank else "not_in_directory")


def _by_register(one: One, schema: Schema) -> Column:
    """A column in which each distinct value is read once."""
    return lambda values, territory, registers: by_distinct(
        values, lambda text: one(text, territory, registers), schema
    )


_ALL: Final = (
    Kind(
        "name",
        tuple(name.SCHEMA),
        lambda text, territory, registers: name.name(text),
        lambda values, territory, registers: name_column(values),
    ),
    Kind(
        "phone",
        tuple(phone.SCHEMA),
        lambda text, territory, registers: phone.phone(text, territory=territory, plan=registers.numbering),
        lambda values, territory, registers: phone_column(values, territory=territory, plan=registers.numbering),
    ),
    Kind(
        "email",
        tuple(email.SCHEMA),
        lambda text, territory, registers: email.email(text),
        lambda values, territory, registers: email.email_column(values),
    ),
    Kind("address", ADDRESS_COLUMNS, _address, _address_column),
    _kind("birth_date", birth_date.birth_date, birth_date.SCHEMA),
    Kind("passport", tuple(passport.SCHEMA), _passport, _by_register(_passport, passport.SCHEMA)),
    Kind(
        "snils",
        tuple(documents.SCHEMA),
        lambda text, territory, registers: documents.snils(text),
        lambda values, territory, registers: snils_column(values),
    ),
    Kind(
        "inn",
        tuple(documents.SCHEMA),
        lambda text, territory, registers: documents.inn(text),
        lambda values, territory, registers: inn_column(values),
    ),
    _kind("ogrn", documents.ogrn, documents.SCHEMA),
    _kind("kpp", documents.kpp, documents.SCHEMA),
    Kind("bik", tuple(documents.SCHEMA), _bik, _by_register(_bik, documents.SCHEMA)),
    _kind("account", account.account, documents.SCHEMA),
    _kind("company", company.company, company.SCHEMA),
    _kind("vehicle", vehicle.vehicle, documents.SCHEMA),
    _kind("bank_account", documents.bank_account, documents.SCHEMA),
    _kind("driver_licence", documents.driver_licence, documents.SCHEMA),
)
KINDS: Final[Mapping[str, Kind]] = MappingProxyType({kind.name: kind for kind in _ALL})


def get_kind(kind: str) -> Kind:
    """The kind of that name. Raises BadUsage with the known ones."""
    if kind not in KINDS:
        raise BadUsage(f"unknown kind «{kind}»; known are {', '.join(KINDS)}")
    return KINDS[kind]


def clean(
    kind: str,
    values: Sequence[str | None],
    territory: Territory | None = None,
    registers: Registers = NO_REGISTERS,
) -> list[dict[str, Any]]:
    """Standardize some values one by one: a row each, in order, with the value as given in `source`."""
    found = get_kind(kind)
    rows = (found.one(value, territory, registers) for value in values)
    return [
        {"source": value, **dict(zip(found.columns, row, strict=True))} for value, row in zip(values, rows, strict=True)
    ]


def clean_column(
    kind: str, values: pl.Series, territory: Territory | None = None, registers: Registers = NO_REGISTERS
) -> pl.DataFrame:
    """Standardize a column: the values as given in `source`, then the columns of the kind."""
    return get_kind(kind).column(values, territory, registers).insert_column(0, values.cast(pl.String).alias("source"))

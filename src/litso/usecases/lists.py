"""Lists to check against, and the register of companies: opened where they lie on disk, asked by key."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

import pyarrow as pa

from litso.check.entries import Entry, ListIndex
from litso.check.match import screen_one, subject_of
from litso.enrich.company import Company, from_row
from litso.standardize.passport_list import PassportList
from litso.usecases import registers
from litso.usecases.registers import Opened, mapped, passports_in

LISTS: Final = (registers.EXTREMISTS, registers.BLACKLIST, registers.BANKRUPTS)
"""Kinds of lists with entries, the gravest first."""
CHECKED: Final = (*LISTS, registers.PASSPORTS)
"""All that parties are held against."""


def open_list(opened: Opened) -> ListIndex:
    """An edition of a list with entries."""
    return _opened(opened.folder)


@lru_cache(maxsize=8)
def _opened(folder: Path) -> ListIndex:
    return ListIndex(mapped(folder / "listed_keys.arrow"), mapped(folder / "listed.arrow"))


def open_passports(opened: Opened) -> PassportList:
    """An edition of the list of invalid passports."""
    return _passports(opened.folder)


_passports = lru_cache(maxsize=2)(passports_in)


def find_listed(kind: str, standard: Mapping[str, Any]) -> list[Entry]:
    """Entries of the edition in use that are or may be whom a standard record tells of."""
    opened = registers.edition_of(kind)
    if opened is None:
        return []
    born = standard.get("birth_date")
    subject = subject_of(standard["kind"], {**standard, "birth_date": born.isoformat() if born else None})
    return [entry for entry, _ in screen_one(subject, open_list(opened))]


def find_company(inn: str) -> Company | None:
    """A company of the register in use by its ИНН."""
    opened = registers.edition_of(registers.COMPANIES)
    return _company(_register(opened.folder), inn) if opened else None


@lru_cache(maxsize=2)
def _register(folder: Path) -> pa.Table:
    return mapped(folder / "companies.arrow")


def _company(table: pa.Table, inn: str) -> Company | None:
    column = table["inn"]
    at = bisect_left(range(len(column)), inn, key=lambda row: str(column[row]))
    if at == len(column) or str(column[at]) != inn:
        return None
    return from_row(table.slice(at, 1).to_pylist()[0])

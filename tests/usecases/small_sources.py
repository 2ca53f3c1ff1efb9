"""Small sources for tests of use cases: mappings and files written on the spot."""

from __future__ import annotations

import csv
import hashlib
from collections.abc import Iterable, Mapping
from pathlib import Path

from litso.settings import Settings, load_settings
from litso.store.database import Store
from litso.usecases.loading import Outcome, Request, load_files, register_source

COLUMNS = ("id", "fio", "bdate", "tel", "mail", "adres", "ls", "changed")

MAPPING = """
source: {name}
title: Проверка
priority: {priority}
party: person
key: id
updated_at: changed
attributes:
  full_name: fio
  birth_date: bdate
  phone: tel
  email: mail
  address: adres
  account: ls
territory: {{region: Самарская область, city: Самара}}
facts:
  - kind: account
    key: ls
    account: ls
    amount: saldo
"""

Row = Mapping[str, str]


def settings_in(home: Path) -> Settings:
    return load_settings({"LITSO_HOME": str(home), "LITSO_MEMORY_LIMIT": "1GiB"})


def register(store: Store, name: str, priority: int = 0) -> None:
    register_source(store, MAPPING.format(name=name, priority=priority), f"{name}.yaml")


def write_csv(path: Path, rows: Iterable[Row], columns: Iterable[str] = (*COLUMNS, "saldo")) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(columns), restval="")
        writer.writeheader()
        writer.writerows(rows)
    return path


def load_rows(store: Store, home: Path, source: str, rows: Iterable[Row], mode: str = "delta") -> Outcome:
    """Write the rows into a file and load it."""
    path = write_csv(home / f"{source}.csv", rows)
    (outcome,) = load_files(store, settings_in(home), [Request(source, (path,), mode)])
    return outcome


def spread(number: int, digits: int) -> int:
    """A number of so many digits that looks like that of no neighbour."""
    return int(hashlib.sha256(f"{digits}/{number}".encode()).hexdigest(), 16) % 10**digits


def person(number: int, **values: str) -> dict[str, str]:
    """A row of a person of its own."""
    names = ("Иванов Пётр Сергеевич", "Кузнецова Мария Павловна", "Сидоренко Олег Юрьевич", "Фёдорова Анна Ильинична")
    row = {
        "id": str(number),
        "fio": names[number % len(names)],
        "bdate": f"{1 + number % 28:02}.{1 + number % 12:02}.{1950 + number % 50}",
        "tel": f"+7927{spread(number, 7):07}",
        "mail": f"post{spread(number, 9)}@yandex.ru",
        "adres": f"г Самара, ул Победы, д {1 + spread(number, 2)}, кв {1 + number % 60}",
        "ls": f"63{spread(number, 8):08}",
        "saldo": "10,50",
        "changed": "01.10.2026",
    }
    return row | values

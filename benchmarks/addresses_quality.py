"""How well addresses are taken apart: components of addresses whose parts are known, and what fails.

    python benchmarks/addresses_quality.py [--pairs PAIRS.jsonl] [--houses HOUSES.parquet] [--rows N] [--failures]

`--pairs`: lines of JSON with an `input` and an `expected` with the `result` that another author's cleaner printed.
`--houses`: a table with an `address` of the form «г. Тула, ул. Мира, д. 5, к. 1»; each is made dirty in the ways people
write, and the parts that it was made of are expected. Neither file comes with the product.
"""

from __future__ import annotations

import argparse
import json
import random
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

import polars as pl

from litso.standardize.address import Address, parse
from litso.standardize.address.names import spoken

STREETS = (
    "ул",
    "пер",
    "пр-кт",
    "проезд",
    "б-р",
    "ш",
    "наб",
    "пл",
    "туп",
    "аллея",
    "линия",
    "тракт",
    "спуск",
    "мкр",
    "кв-л",
)
PLACES = ("г", "с", "п", "пгт", "рп", "гп", "ст-ца", "д", "х", "аул", "дп", "сл")


class Parts(NamedTuple):
    """What is compared: texts as they are, the street in the form in which two spellings are equal."""

    locality: str
    street: str
    house: str
    block: str
    flat: str


def of_address(address: Address) -> Parts:
    """Parts that were read."""
    plan = (address.planning_structure or "").partition(" ")[2]
    return Parts(
        _plain(address.settlement or address.city),
        spoken(address.street or plan),
        _plain(address.house or address.stead),
        _plain(address.block),
        _plain(address.flat),
    )


def _plain(text: str | None) -> str:
    return re.sub(r"[\s-]+", " ", (text or "").lower().replace("ё", "е")).strip()


def of_line(line: str) -> Parts:
    """Parts of a standard line: a type, a blank, a name, divided by commas."""
    locality = street = house = block = flat = ""
    for piece in line.split(", "):
        kind, _, name = piece.partition(" ")
        if kind in PLACES and not (kind == "д" and name[:1].isdigit()):
            locality = name
        elif kind in STREETS:
            street = name
        elif kind in ("д", "зд", "влд", "двлд", "стр", "к", "соор"):
            house, _, block = name.partition(" к ") if " к " in name else name.partition(" стр ")
        elif kind in ("кв", "помещ", "офис", "ком"):
            flat = name
    return Parts(_plain(locality), spoken(street), _plain(house), _plain(block), _plain(flat))


def pairs(path: Path) -> Iterator[tuple[str, Parts]]:
    """Texts and the parts that another author expects."""
    for line in path.read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        yield row["input"], of_line(row["expected"]["result"])


_HOUSE = re.compile(
    r"(?:г\. (?P<city>[^,]+)), (?P<kind>ул|пер|пр-кт|проезд|б-р|ш|наб|пл|туп|аллея)\. (?P<street>[^,(]+), "
    r"д\. (?P<house>\d+[А-Я]?)(?:, к\. (?P<block>\d+))?"
)
_LONG = {"ул": "улица", "пер": "переулок", "пр-кт": "проспект", "б-р": "бульвар", "ш": "шоссе", "наб": "набережная",
         "пл": "площадь", "туп": "тупик"}  # fmt: skip
_OTHER = {"ул": "ул", "пер": "пер", "пр-кт": "пр-т", "б-р": "бульв", "ш": "ш", "наб": "наб", "пл": "пл"}


def houses(path: Path, rows: int, seed: int) -> Iterator[tuple[str, Parts]]:
    """Texts made dirty, and the parts of which they were made."""
    chance = random.Random(seed)
    addresses = pl.read_parquet(path, columns=["address"])["address"].unique().sort().to_list()
    told = [found for text in addresses if (found := _HOUSE.fullmatch(text))]
    for found in chance.choices(told, k=rows):
        flat = str(chance.randint(1, 300)) if chance.random() < 0.7 else ""
        city, street, house, block = (found[name] or "" for name in ("city", "street", "house", "block"))
        truth = Parts(_plain(city), spoken(_in_full(street, found["kind"])), _plain(house), _plain(block), flat)
        yield dirty(chance, city, found["kind"], street, house, block, flat), truth


def _in_full(street: str, kind: str) -> str:
    """«Полянка Б.» as «Большая Полянка»."""
    ending = {"ул": 1, "наб": 1, "пл": 1, "аллея": 1, "ш": 2}.get(kind, 0)
    for short, forms in _SIZES.items():
        street = re.sub(rf"(?:^| ){re.escape(short)}(?= |$)", f" {forms[ending]} ", street)
    return street.strip()


_SIZES = {
    "Б.": ("Большой", "Большая", "Большое"),
    "М.": ("Малый", "Малая", "Малое"),
    "Ср.": ("Средний", "Средняя", "Среднее"),
}


def dirty(chance: random.Random, city: str, kind: str, street: str, house: str, block: str, flat: str) -> str:
    """One address in one of the ways people write it."""
    word = chance.choice([kind + ".", kind, _LONG.get(kind, kind), _OTHER.get(kind, kind) + "."])
    road = f"{street} {word}" if chance.random() < 0.3 else f"{word} {street}"
    town = chance.choice([f"г. {city}", f"г {city}", f"{city} г", city, f"г.{city}"])
    number = chance.choice([f"д. {house}", f"д.{house}", f"дом {house}", f"дом № {house}", house, f"д {house}"])
    if block:
        number += chance.choice(
            [f", к. {block}", f" корп. {block}", f"к{block}", f", корпус {block}", f" корп {block}"]
        )
    if flat:
        number += chance.choice([f", кв. {flat}", f" кв {flat}", f", кв.{flat}", f", квартира {flat}", f",кв{flat}"])
    between = chance.choice([", ", ", ", ",", " "])
    line = between.join((town, road, number))
    if chance.random() < 0.15:
        line = f"{chance.choice('12346')}{chance.randint(0, 99999):05}, {line}"
    if chance.random() < 0.05:
        line += chance.choice([", подъезд 2", ", 3 этаж", ", 2 под.", " эт. 4"])
    if chance.random() < 0.04:
        line = line.replace("о", "o").replace("а", "a")
    return chance.choice([line, line, line, line.upper(), line.lower()])


def measure(title: str, cases: Iterable[tuple[str, Parts]], *, show: bool) -> None:
    """Print the share of right parts and of right rows, and what fails by class."""
    right, fails, rows = Counter[str](), Counter[str](), 0
    for text, wanted in cases:
        rows += 1
        found = of_address(parse(text))
        wrong = [name for name in Parts._fields if getattr(found, name) != getattr(wanted, name)]
        right.update(set(Parts._fields) - set(wrong))
        right["whole row"] += not wrong
        if wrong:
            fails[" and ".join(wrong)] += 1
            if show:
                print(f"    {text} → {found} instead of {wanted}")
    shares = ", ".join(f"{name} {right[name] / rows:.3f}" for name in (*Parts._fields, "whole row"))
    print(f"{title}: {rows} addresses, {shares}; wrong: {dict(fails.most_common(6))}")


def main() -> None:
    """Measure and print."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--pairs", type=Path)
    options.add_argument("--houses", type=Path)
    options.add_argument("--rows", type=int, default=14_000)
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--failures", action="store_true")
    chosen = options.parse_args()
    if chosen.pairs:
        measure("pairs", pairs(chosen.pairs), show=chosen.failures)
    if chosen.houses:
        measure("houses made dirty", houses(chosen.houses, chosen.rows, chosen.seed), show=chosen.failures)


if __name__ == "__main__":
    main()

"""Addresses a second and peak memory of the address standardizer, in bulk and one by one, beside a named peer.

    python benchmarks/bench_address.py [--rows N] [--peer PYTHON]

The rows are made like subscriber files: 40 towns of 500 streets, four ways to write an address (one a source), houses
and flats of every size, three per cent of them dirty (typos in type words, no commas, entrances, remarks).
`--peer` names a Python that can import natasha; it reads a sample of the same rows in the same run.
"""

from __future__ import annotations

import argparse
import random
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from importlib.util import find_spec

import polars as pl

from litso.standardize.address import parse, parse_column

TOWNS = ["Самара", "Тольятти", "Сызрань", "Казань", "Омск", "Тула", "Тверь", "Пенза", "Курск", "Томск", "Уфа", "Пермь",
         "Рязань", "Липецк", "Брянск", "Калуга", "Орёл", "Псков", "Вологда", "Кострома", "Ярославль", "Иваново",
         "Владимир", "Воронеж", "Белгород", "Саратов", "Энгельс", "Астрахань", "Ульяновск", "Чебоксары", "Ижевск",
         "Киров", "Тюмень", "Курган", "Челябинск", "Барнаул", "Бийск", "Иркутск", "Братск", "Чита"]  # fmt: skip
ROOTS = ["Совет", "Ленин", "Октябрь", "Нов", "Завод", "Школь", "Рабоч", "Лес", "Полев", "Реч", "Сад", "Мирн"]
NAMES = ["Гагарина", "Пушкина", "Ленина", "Кирова", "Мира", "Победы", "Фрунзе", "Горького", "8 Марта", "50 лет Октября"]
KINDS = ("ул", "пер", "пр-кт", "проезд", "б-р")
PEER = """
import sys, time
from natasha import AddrExtractor, MorphVocab
extract = AddrExtractor(MorphVocab())
rows = sys.stdin.read().splitlines()
start = time.process_time()
for row in rows:
    extract.find(row)
print(len(rows) / (time.process_time() - start))
"""


def streets(chance: random.Random) -> list[tuple[str, str]]:
    """500 streets of a town: type and name."""
    found: set[tuple[str, str]] = set()
    while len(found) < 500:
        name = chance.choice(NAMES) if chance.random() < 0.1 else f"{chance.choice(ROOTS)}{chance.choice(SUFFIXES)}"
        number = f"{chance.randint(1, 9)}-я " if chance.random() < 0.5 else ""
        found.add((chance.choice(KINDS) if not number else "ул", number + name))
    return sorted(found)


SUFFIXES = tuple(f"{middle}{end}" for middle in ("ск", "н", "овск", "инск", "ницк") for end in ("ая",))


def address(chance: random.Random, town: str, street: tuple[str, str], style: int) -> str:
    """One address in the manner of one source."""
    kind, name = street
    house = f"{chance.randint(1, 180)}{chance.choice('абв') if chance.random() < 0.08 else ''}"
    block = chance.randint(1, 5) if chance.random() < 0.12 else 0
    flat = chance.randint(1, 280)
    if style == 0:
        return f"г. {town}, {kind}. {name}, д. {house}{f', корп. {block}' if block else ''}, кв. {flat}"
    if style == 1:
        return f"{town} г, {name} {kind}, дом № {house}{f', корпус {block}' if block else ''}, кв.{flat}"
    if style == 2:
        return f"{town}, {kind} {name}, {house}{f'к{block}' if block else ''}-{flat}"
    return f"{town.upper()}, {kind.upper()} {name.upper()}, {house}{f', КОРП {block}' if block else ''}, КВ {flat}"


def dirty(chance: random.Random, text: str) -> str:
    """The three per cent: what makes a row go the slow way."""
    return chance.choice(
        (
            text.replace(",", ""),
            text + ", 2 подъезд, 5 этаж",
            text + " (вход со двора)",
            text.replace("ул", "улца", 1),
            text.replace("о", "o"),
        )
    )


def rows(count: int, seed: int = 1) -> pl.Series:
    """Texts of `count` addresses."""
    chance = random.Random(seed)
    town_streets = {town: streets(chance) for town in TOWNS}
    out = []
    for _ in range(count):
        town = chance.choice(TOWNS)
        text = address(chance, town, chance.choice(town_streets[town]), chance.randrange(4))
        out.append(dirty(chance, text) if chance.random() < 0.03 else text)
    return pl.Series(out)


def timed(work: Callable[[], object]) -> float:
    """CPU seconds of a piece of work."""
    start = time.process_time()
    work()
    return time.process_time() - start


def main() -> None:
    """Measure and print."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--rows", type=int, default=1_000_000)
    options.add_argument("--peer", help="a Python that can import natasha")
    chosen = options.parse_args()
    texts = rows(chosen.rows)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    bulk = chosen.rows / timed(lambda: parse_column(texts))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    sample = texts.head(2_000).to_list()
    fresh = rows(2_000, seed=2).to_list()
    single = len(fresh) / timed(lambda: [parse(text) for text in fresh])
    print(f"{chosen.rows} addresses, {texts.n_unique()} distinct")
    print(f"bulk     {bulk:>10,.0f} records/CPU-s, peak {peak:,.0f} MiB ({peak - before:+,.0f} over the input)")
    print(f"single   {single:>10,.0f} records/CPU-s, {1e6 / single:,.0f} µs each")
    peer = chosen.peer or (sys.executable if find_spec("natasha") else None)
    if peer:
        done = subprocess.run(
            [peer, "-c", PEER], input="\n".join(sample[:500]), capture_output=True, text=True, check=True
        )
        rate = float(done.stdout)
        print(f"natasha  {rate:>10,.0f} records/CPU-s: bulk is {bulk / rate:,.0f} times as fast")


if __name__ == "__main__":
    sys.exit(main())

"""The State Address Register: an archive of one made-up region is loaded, then addresses are matched with it.

    python benchmarks/bench_gar.py [--houses 500000] [--addresses 300000]

The peer reads the same archive with `xml.etree.ElementTree.iterparse` and does nothing with what it reads.
"""

from __future__ import annotations

import argparse
import random
import resource
import tempfile
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path
from uuid import UUID
from xml.etree.ElementTree import iterparse

import polars as pl

from litso.standardize.address import parse_column
from litso.standardize.address.gar import GarIndex
from litso.standardize.address.gar_column import match_column
from litso.standardize.address.gar_tables import GarTables
from litso.usecases.reference_gar import build_region
from litso.usecases.reference_kinds import Source
from litso.usecases.registers import mapped

STREETS_OF_A_TOWN = 60
HOUSES_OF_A_STREET = 40
WORDS = [
    "Лесная",
    "Садовая",
    "Полевая",
    "Школьная",
    "Новая",
    "Мира",
    "Ленина",
    "Гагарина",
    "Кирова",
    "Пушкина",
    "Победы",
    "Труда",
    "Речная",
]
ENDS = ["ово", "ино", "ское", "ка", "ничи", "цы", "ль", "ец", "ск", "ая"]
HEADS = ["Берёз", "Сосн", "Дуб", "Кали", "Ель", "Лип", "Вяз", "Зареч", "Камен", "Песчан", "Крас", "Бело", "Чёрн"]


class Region:
    """A made-up region: names of its towns and streets, and its houses."""

    def __init__(self, houses: int) -> None:
        self.chance = random.Random(7)
        streets = max(houses // HOUSES_OF_A_STREET, 1)
        self.towns = [
            f"{HEADS[at % 13]}{ENDS[at // 13 % 10]}-{at}" for at in range(max(streets // STREETS_OF_A_TOWN, 1))
        ]
        self.streets = [
            (at % len(self.towns), f"{WORDS[at % 13]} {at // len(self.towns) + 1}-я") for at in range(streets)
        ]
        self.houses = [(at % streets, at // streets + 1) for at in range(houses)]

    def files(self) -> Iterator[tuple[str, Iterator[str]]]:
        """Members of the archive, each as lines."""
        live = 'ISACTUAL="1" ISACTIVE="1" ENDDATE="2079-06-06"'
        town, street, house = 10, 10 + len(self.towns), 10 + len(self.towns) + len(self.streets)

        def obj(key: int, level: int, kind: str, name: str) -> str:
            return (
                f'<OBJECT ID="{key}" OBJECTID="{key}" OBJECTGUID="{UUID(int=key)}" CHANGEID="1" NAME="{name}" '
                f'TYPENAME="{kind}" LEVEL="{level}" {live} />'
            )

        def objects() -> Iterator[str]:
            yield obj(1, 1, "обл", "Тульская")
            yield from (obj(town + at, 6, "с", name) for at, name in enumerate(self.towns))
            yield from (obj(street + at, 8, "ул", name) for at, (_, name) in enumerate(self.streets))

        def step(key: int, parent: int, path: str) -> str:
            return f'<ITEM ID="{key}" OBJECTID="{key}" PARENTOBJID="{parent}" REGIONCODE="71" PATH="{path}" {live} />'

        def hierarchy() -> Iterator[str]:
            yield step(1, 0, "1")
            yield from (step(town + at, 1, f"1.{town + at}") for at in range(len(self.towns)))
            for at, (above, _) in enumerate(self.streets):
                yield step(street + at, town + above, f"1.{town + above}.{street + at}")
            for at, (above, _) in enumerate(self.houses):
                path = f"1.{town + self.streets[above][0]}.{street + above}.{house + at}"
                yield step(house + at, street + above, path)

        def houses() -> Iterator[str]:
            for at, (_, number) in enumerate(self.houses):
                yield (
                    f'<HOUSE ID="{at}" OBJECTID="{house + at}" OBJECTGUID="{UUID(int=house + at)}" CHANGEID="1" '
                    f'HOUSENUM="{number}" HOUSETYPE="2" {live} />'
                )

        def codes() -> Iterator[str]:
            for at in range(len(self.houses)):
                for kind, value in ((5, f"{300000 + at % 900}"), (6, "70401000000"), (7, "70701000001"), (8, "71:30")):
                    yield f'<PARAM ID="{at}" OBJECTID="{house + at}" TYPEID="{kind}" VALUE="{value}" {live} />'

        for kind, rows in (
            ("ADDR_OBJ", objects()), ("HOUSES", houses()), ("ADM_HIERARCHY", hierarchy()),
            ("MUN_HIERARCHY", hierarchy()), ("HOUSES_PARAMS", codes()),
        ):  # fmt: skip
            yield f"71/AS_{kind}_20260101_0-0.XML", rows

    def write(self, path: Path) -> int:
        """Write the archive; answers the bytes of its files."""
        size = 0
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
            for name, rows in self.files():
                with archive.open(name, "w", force_zip64=True) as file:
                    file.write(b'<?xml version="1.0" encoding="utf-8"?><ITEMS>')
                    for row in rows:
                        size += file.write(row.encode())
                    file.write(b"</ITEMS>")
        return size

    def addresses(self, count: int) -> list[str]:
        """Addresses of subscribers: most in the register, some with an error or of no house in it."""
        found = []
        for _ in range(count):
            at, number = self.chance.choice(self.houses)
            above, street = self.streets[at]
            house = number if self.chance.random() > 0.05 else number + 500
            found.append(
                f"Тульская обл, с. {self.towns[above]}, ул. {street}, д. {house}, кв. {self.chance.randint(1, 99)}"
            )
        return found


def peer(path: Path) -> None:
    with zipfile.ZipFile(path) as archive:
        for name in archive.namelist():
            with archive.open(name) as file:
                for _, element in iterparse(file):
                    element.clear()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--houses", type=int, default=500_000)
    parser.add_argument("--addresses", type=int, default=300_000)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        region = Region(given.houses)
        size = region.write(folder / "gar.zip")
        texts = pl.Series(region.addresses(given.addresses))
        print(f"{given.houses:,} houses, {len(region.streets):,} streets, {size >> 20} MiB of XML")
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        begun = time.process_time()
        source = Source(folder / "gar.zip", folder / "work", "512MiB", 1, lambda stage, done, of: None)
        built = build_region(source, "71", folder)
        seconds = time.process_time() - begun
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        print(f"load: {built.rows:,} rows, {seconds:.1f} CPU s, {(size >> 20) / seconds:.0f} MiB/s, "
              f"peak {peak >> 10} MiB ({before >> 10} before)")  # fmt: skip
        begun = time.process_time()
        peer(folder / "gar.zip")
        print(f"peer: ElementTree.iterparse alone {time.process_time() - begun:.1f} CPU s")
        begun = time.process_time()
        index = GarIndex([GarTables(*(mapped(folder / f"{name}.arrow") for name in GarTables._fields))])
        print(f"open: {(time.process_time() - begun) * 1000:.0f} CPU ms")
        begun = time.process_time()
        parsed = parse_column(texts)
        alone = time.process_time() - begun
        begun = time.process_time()
        matched = match_column(parsed, index)
        seconds = time.process_time() - begun
        found = (matched["qc_house"] == 2).sum()
        print(f"match: {given.addresses / seconds:,.0f}/CPU s beside {given.addresses / alone:,.0f}/CPU s of parsing, "
              f"{found / given.addresses:.3f} houses found")  # fmt: skip


if __name__ == "__main__":
    main()

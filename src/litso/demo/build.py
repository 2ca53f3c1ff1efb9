"""Builds the demo utility: files of all its systems, the mappings of their columns, and the truth beside them."""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import asdict, dataclass, field
from datetime import date
from importlib import resources
from pathlib import Path
from typing import Final, NamedTuple

import polars as pl

from litso.demo.addresses import address_book
from litso.demo.chance import VERSION
from litso.demo.files import JsonLines, Parquet, TextFile, Workbook, Writer
from litso.demo.names import load_names
from litso.demo.outages import plan_outages
from litso.demo.people import DAY0
from litso.demo.places import SETTINGS, Setting
from litso.demo.rates import Rates
from litso.demo.statements import BANKRUPTS, BLACKLIST, consent_rows, list_rows, listed_rows
from litso.demo.systems.billing import billing_rows
from litso.demo.systems.cabinet import cabinet_rows
from litso.demo.systems.calls import call_rows
from litso.demo.systems.companies import company_rows
from litso.demo.systems.crm import crm_rows
from litso.demo.systems.deliveries import delivery_rows, reachability_rows
from litso.demo.systems.dispatch import order_rows, outage_rows
from litso.demo.systems.meters import meter_rows
from litso.demo.systems.payments import BANKS, payment_rows, register_name
from litso.demo.systems.premises import premise_rows
from litso.demo.systems.rights import right_rows
from litso.demo.systems.rows import Rows
from litso.demo.town import build_territory
from litso.demo.truth import household_rows, move_rows, role_rows, truth_rows
from litso.demo.world import Demo, World, make_world
from litso.errors import BadUsage

SYSTEMS: Final[dict[str, Callable[[World], Rows]]] = {
    "billing": billing_rows,
    "crm": crm_rows,
    "cabinet": cabinet_rows,
    "meters": meter_rows,
    "dispatch": order_rows,
    "outages": outage_rows,
    "payments": payment_rows,
    "calls": call_rows,
    "companies": company_rows,
    "premises": premise_rows,
    "rights": right_rows,
    "deliveries": delivery_rows,
}
BESIDE: Final = ("truth", "households", "roles", "moves", "reachability", "listed", "errors")
"""What is true, and what was made wrong."""
SMALLEST, LARGEST = 1000, 10_000_000
MAKERS: Final = 2
"""Blocks in the making at a time; what is written does not depend on it."""
REPORT: Final = "demo.json"
CONSENTS: Final = "consents.csv"
"""Statements about contacts, for `litso consent load`."""
LISTS: Final = "lists"
"""Folder of lists that parties are held against, each `<kind>.csv` for `litso reference load`."""
ORDERS_SHEET: Final = "Заявки"
OUTAGES_SHEET: Final = "Отключения"


@dataclass
class Built:
    """What was built: persons, and rows of each source."""

    persons: int
    seed: int
    setting: str
    today: str
    version: int = VERSION
    rows: dict[str, int] = field(default_factory=dict)

    @property
    def records(self) -> int:
        """Source records in all."""
        return sum(self.rows.values())

    def as_json(self) -> dict[str, object]:
        """For `--json` and `demo.json`."""
        return {**asdict(self), "records": self.records}


def build_demo(
    directory: Path,
    *,
    persons: int,
    seed: int,
    setting: Setting,
    rates: Rates,
    today: date,
    on_progress: Callable[[int, int], None] = lambda done, total: None,
) -> Built:
    """Write the demo into a folder; `on_progress` gets persons written so far and in all.

    The same arguments write the same bytes. Needs memory for the houses and premises of the territory and one block.
    """
    if not SMALLEST <= persons <= LARGEST:
        raise BadUsage(f"--persons must be between {SMALLEST} and {LARGEST}, is {persons}")
    if seed < 0:
        raise BadUsage("--seed must not be negative")
    _prepare(directory, setting)
    territory = build_territory(setting, persons, seed)
    day = today.toordinal() - DAY0
    outages = plan_outages(territory, seed, day)
    demo = Demo(territory, load_names(), address_book(territory), outages, rates, seed, day)
    built = Built(persons, seed, setting.name, today.isoformat(), rows=dict.fromkeys(SYSTEMS, 0))
    with ExitStack() as stack:
        files = _Files(stack, directory)
        for block in _blocks(demo):
            for name, frame in block.frames:
                files.write(name, frame)
            for source, rows in block.rows.items():
                built.rows[source] += rows
            on_progress(block.persons, persons)
    report = json.dumps(built.as_json(), ensure_ascii=False, indent=1)
    (directory / REPORT).write_text(report + "\n", encoding="utf-8")
    return built


def _prepare(directory: Path, setting: Setting) -> None:
    """Folders and mappings; files of an earlier demo go, a folder of anything else is left alone."""
    if directory.is_dir() and any(directory.iterdir()) and not (directory / REPORT).is_file():
        raise BadUsage(f"{directory} is neither empty nor an earlier demo: name another folder")
    for folder in (directory / "payments", directory / "mappings", directory / LISTS):
        folder.mkdir(parents=True, exist_ok=True)
        for old in folder.iterdir():
            if old.suffix in (".txt", ".yaml", ".csv"):
                old.unlink()
    for template in sorted(resources.files("litso.demo").joinpath("mappings").iterdir(), key=lambda item: item.name):
        text = template.read_text(encoding="utf-8")
        text = text.replace("{region}", f"{setting.region} область").replace("{city}", setting.towns[0].name)
        (directory / "mappings" / template.name).write_text(text, encoding="utf-8")
    (directory / REPORT).write_text("{}\n", encoding="utf-8")


class _Files:
    """The open files of a demo, by source."""

    def __init__(self, stack: ExitStack, directory: Path) -> None:
        self._stack = stack
        self._directory = directory
        self._registers: dict[tuple[int, str], TextFile] = {}
        self._workbook = stack.enter_context(Workbook(directory / "dispatch.xlsx", (ORDERS_SHEET, OUTAGES_SHEET)))
        self._files: dict[str, Writer] = {
            "billing": TextFile(directory / "billing.csv", ";", "cp1251"),
            "crm": JsonLines(directory / "crm.jsonl"),
            "meters": TextFile(directory / "meters.csv", ",", "utf-8"),
            "calls": JsonLines(directory / "calls.jsonl"),
            "companies": TextFile(directory / "companies.csv", ";", "utf-8-sig"),
            "premises": TextFile(directory / "premises.csv", ";", "utf-8"),
            "rights": TextFile(directory / "rights.csv", ";", "utf-8"),
            "deliveries": TextFile(directory / "deliveries.csv", ";", "utf-8"),
            "consents": TextFile(directory / CONSENTS, ",", "utf-8"),
            **{name: TextFile(directory / LISTS / f"{name}.csv", ",", "utf-8") for name in (BLACKLIST, BANKRUPTS)},
            **{name: Parquet(directory / f"{name}.parquet") for name in ("cabinet", *BESIDE)},
        }
        for file in self._files.values():
            stack.callback(file.close)

    def write(self, name: str, frame: pl.DataFrame) -> None:
        """Append rows of a source."""
        if name == "payments":
            self._write_registers(frame)
        elif name in ("dispatch", "outages"):
            self._workbook.write(ORDERS_SHEET if name == "dispatch" else OUTAGES_SHEET, frame)
        else:
            self._files[name].write(frame)

    def _write_registers(self, frame: pl.DataFrame) -> None:
        for (bank, month), part in sorted(frame.partition_by("bank", "month", as_dict=True).items()):
            key = (int(bank), str(month))
            if key not in self._registers:
                path = self._directory / "payments" / register_name(*key)
                settings = BANKS[key[0]]
                register = TextFile(path, settings.delimiter, settings.encoding)
                self._registers[key] = self._stack.enter_context(register)
            self._registers[key].write(part.drop("bank", "month"))


class _Block(NamedTuple):
    """What one block gives: frames by the file they go to, rows by source, persons up to its end."""

    frames: list[tuple[str, pl.DataFrame]]
    rows: dict[str, int]
    persons: int


def _blocks(demo: Demo) -> Iterator[_Block]:
    """All blocks in order, a few of them in the making at a time."""
    with ThreadPoolExecutor(MAKERS) as makers:
        waiting: deque[Future[_Block]] = deque()
        for index in range(demo.territory.blocks):
            waiting.append(makers.submit(_make_block, demo, index))
            if len(waiting) > MAKERS:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()


def _make_block(demo: Demo, index: int) -> _Block:
    world = make_world(demo, index)
    frames: list[tuple[str, pl.DataFrame]] = []
    rows: dict[str, int] = {}
    of_source: dict[str, Rows] = {}
    for source, system in SYSTEMS.items():
        made = of_source[source] = system(world)
        rows[source] = len(made.frame)
        frames += [(source, made.frame), ("errors", made.errors)]
        if made.who is not None:
            frames.append(("truth", truth_rows(world, source, made, made.who)))
    frames += [("households", household_rows(world)), ("roles", role_rows(world)), ("moves", move_rows(world))]
    frames.append(("reachability", reachability_rows(world)))
    frames.append(("consents", consent_rows(world, of_source["crm"], of_source["cabinet"])))
    listed = listed_rows(world)
    frames.append(("listed", listed))
    frames += [(name, list_rows(listed, name)) for name in (BLACKLIST, BANKRUPTS)]
    persons = int(world.people.number[-1]) + 1 if len(world.people) else 0
    return _Block(frames, rows, persons)


def setting_of(name: str) -> Setting:
    """A setting by its name."""
    if name not in SETTINGS:
        raise BadUsage(f"--setting must be one of {', '.join(SETTINGS)}")
    return SETTINGS[name]

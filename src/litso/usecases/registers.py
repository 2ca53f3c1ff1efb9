"""Official registers on disk: which editions are in use, and how they are opened.

    LITSO_HOME/reference/<kind>/<part>/current          name of the edition in use
    LITSO_HOME/reference/<kind>/<part>/<edition>/       its files, Arrow tables mapped into memory, and edition.json

The files are the truth of what standardization consults, so that programs without a store (`litso standardize`, the
processes of a load) find it; the store's ledger tells who loaded it. A part's former edition stays until the one after
next is loaded: whoever works with it may finish.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from time import monotonic
from typing import Final, NamedTuple

import msgspec
import polars as pl
import pyarrow as pa

from litso.domain.working_days import Day, WorkingCalendar
from litso.errors import Misconfigured
from litso.standardize.address.gar import GarIndex
from litso.standardize.address.gar_tables import GarTables
from litso.standardize.numbering import NumberingPlan, official_plan
from litso.standardize.passport_list import PassportList
from litso.standardize.registers import Bank, Registers

GAR: Final = "gar"
NUMBERING_PLAN: Final = "numbering-plan"
BANKS: Final = "bik"
ISSUERS: Final = "issuers"
PASSPORTS: Final = "passports"
OKVED: Final = "okved"
CALENDAR: Final = "calendar"
BLACKLIST: Final = "blacklist"
BANKRUPTS: Final = "bankrupts"
EXTREMISTS: Final = "extremists"
COMPANIES: Final = "egrul"
KEPT: Final = frozenset({GAR, ISSUERS})
"""Kinds that decide about standard values that are kept, or their problems."""
WHOLE: Final = "all"
"""Folder of a kind that has no parts."""

FORMAT: Final = 1
"""Of the files of an edition; raise it when their shape changes: editions of another format must be loaded again."""

_PATIENCE_SECONDS: Final = 5.0
"""How soon a running server notices a new edition."""


class EditionFile(msgspec.Struct, frozen=True):
    """edition.json: what an edition is and where it came from."""

    kind: str
    part: str
    version: str
    published: str
    rows: int
    file_name: str
    file_sha256: str
    loaded_by: str
    format: int = FORMAT


class Opened(NamedTuple):
    """An edition in use: its folder and what it is."""

    folder: Path
    edition: EditionFile


_home: Path | None = None
_seen: tuple[float, tuple[Path, ...]] = (0.0, ())


def use(home: Path | None) -> None:
    """Take registers from the folder of an installation from now on, in this process; None for no registers."""
    global _home, _seen
    _home, _seen = home, (0.0, ())


def in_use() -> Registers:
    """The registers of this installation, as they are now; opening them is remembered."""
    return opened(folders_in_use())


def folders_in_use() -> tuple[Path, ...]:
    """Folders of the editions in use; other processes open the same ones with `opened`."""
    global _seen
    if _home is None:
        return ()
    if monotonic() - _seen[0] > _PATIENCE_SECONDS:
        _seen = monotonic(), tuple(one.folder for one in editions(_home))
    return _seen[1]


def edition_of(kind: str) -> Opened | None:
    """The edition in use of a kind without parts."""
    if _home is None:
        return None
    return next((one for one in editions(_home) if one.edition.kind == kind), None)


def recipe() -> str:
    """What of the registers decides about standard values that are kept: editions of `KEPT`."""
    return "\n".join(f"{folder.parts[-3:-1]} {folder.name}" for folder in folders_in_use() if _kind(folder) in KEPT)


def _kind(folder: Path) -> str:
    return folder.parent.parent.name


def editions(home: Path) -> list[Opened]:
    """Editions in use on this machine, by kind and part."""
    found = []
    for pointer in sorted((home / "reference").glob("*/*/current")):
        folder = pointer.parent / pointer.read_text(encoding="utf-8").strip()
        try:
            edition = msgspec.json.decode((folder / "edition.json").read_bytes(), type=EditionFile)
        except (OSError, msgspec.DecodeError) as error:
            raise Misconfigured(f"{folder}: no whole edition of reference data, load it again") from error
        if edition.format == FORMAT:
            found.append(Opened(folder, edition))
    return found


@lru_cache(maxsize=4)
def opened(folders: tuple[Path, ...]) -> Registers:
    """Registers of the editions in some folders."""
    by_kind: dict[str, list[Path]] = {}
    for folder in folders:
        by_kind.setdefault(_kind(folder), []).append(folder)
    return Registers(
        numbering=_numbering(by_kind[NUMBERING_PLAN]) if NUMBERING_PLAN in by_kind else None,
        gar=_gar(by_kind[GAR]) if GAR in by_kind else None,
        banks=_banks(by_kind[BANKS][0]) if BANKS in by_kind else None,
        issuers=_issuers(by_kind[ISSUERS][0]) if ISSUERS in by_kind else None,
        passports=passports_in(by_kind[PASSPORTS][0]) if PASSPORTS in by_kind else None,
        activities=_activities(by_kind[OKVED][0]) if OKVED in by_kind else None,
        calendar=_calendar(by_kind[CALENDAR]) if CALENDAR in by_kind else None,
    )


def _numbering(folders: Sequence[Path]) -> NumberingPlan:
    return official_plan((mapped(folder / "ranges.arrow") for folder in folders), "official")


def _gar(folders: Sequence[Path]) -> GarIndex:
    return GarIndex(GarTables(*(mapped(folder / f"{name}.arrow") for name in GarTables._fields)) for folder in folders)


def _banks(folder: Path) -> dict[str, Bank]:
    return {row["bik"]: Bank(**row) for row in mapped(folder / "banks.arrow").to_pylist()}


def _issuers(folder: Path) -> dict[str, tuple[str, ...]]:
    table = pl.DataFrame(mapped(folder / "issuers.arrow"))
    names = table.group_by("code", maintain_order=True).agg("name")
    return {code: tuple(found) for code, found in names.iter_rows()}


def passports_in(folder: Path) -> PassportList:
    """The list of invalid passports of an edition."""
    starts, numbers = (mapped(folder / f"{name}.arrow")[name].chunk(0).to_numpy() for name in ("starts", "numbers"))
    return PassportList(starts, numbers)


def _activities(folder: Path) -> dict[str, str]:
    table = mapped(folder / "activities.arrow")
    return dict(zip(table["code"].to_pylist(), table["title"].to_pylist(), strict=True))


def _calendar(folders: Sequence[Path]) -> WorkingCalendar:
    rows = [row for folder in folders for row in mapped(folder / "days.arrow").to_pylist()]
    days = {row["day"]: Day(row["kind"], row["title"], row["moved_from"]) for row in rows}
    return WorkingCalendar(days, frozenset(int(folder.parent.name) for folder in folders))


def mapped(path: Path) -> pa.Table:
    """A table of an edition, mapped into memory."""
    try:
        with pa.memory_map(str(path)) as source:
            return pa.ipc.open_file(source).read_all()
    except (OSError, pa.ArrowInvalid) as error:
        raise Misconfigured(f"{path}: cannot be read as a table of reference data, load it again") from error


def save(table: pa.Table, path: Path) -> None:
    """Write a table so that `mapped` finds each column in one piece."""
    with pa.ipc.new_file(path, table.schema) as file:
        if table.num_rows:
            file.write_table(table.combine_chunks(), max_chunksize=table.num_rows)

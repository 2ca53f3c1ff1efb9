"""Official reference data: loaded from the files of its publishers, kept by editions, listed with version and age."""

from __future__ import annotations

import fcntl
import hashlib
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path
from types import MappingProxyType
from typing import Final, NamedTuple

import msgspec

from litso.errors import BadUsage
from litso.settings import Settings
from litso.store import reference as ledger
from litso.store.database import Connection, Store
from litso.usecases import registers
from litso.usecases.reference_gar import build_region, regions
from litso.usecases.reference_kinds import (
    Kind,
    Progress,
    Source,
    build_banks,
    build_calendar,
    build_issuers,
    build_numbering,
    build_okved,
    build_passports,
    calendar_parts,
    numbering_parts,
    this_year,
    whole,
)
from litso.usecases.reference_lists import build_bankrupts, build_blacklist, build_egrul, build_extremists
from litso.usecases.registers import EditionFile

_ALL: Final = (
    Kind(registers.GAR, "Адресный реестр (ГАР)", "ФНС, полная выгрузка ГАР в XML", 31, regions, build_region),
    Kind(
        registers.NUMBERING_PLAN,
        "План нумерации",
        "Минцифры, реестр плана нумерации, CSV",
        62,
        numbering_parts,
        build_numbering,
    ),
    Kind(registers.BANKS, "Справочник БИК", "Банк России, ED807", 14, whole, build_banks),
    Kind(
        registers.PASSPORTS,
        "Недействительные паспорта",
        "МВД, CSV: PASSP_SERIES, PASSP_NUMBER",
        62,
        whole,
        build_passports,
    ),
    Kind(registers.ISSUERS, "Подразделения, выдающие паспорта", "CSV: code, name", 366, whole, build_issuers),
    Kind(
        registers.OKVED, "Виды деятельности (ОКВЭД 2)", "Росстат, CSV: раздел, код, название", 366, whole, build_okved
    ),
    Kind(
        registers.CALENDAR,
        "Производственный календарь",
        "Минтруд, CSV по месяцам, или XML, или CSV: date, type",
        None,
        calendar_parts,
        build_calendar,
        this_year,
    ),
    Kind(
        registers.BLACKLIST,
        "Чёрные списки",
        "CSV: name, kind, birth_date, inn, ogrn, snils, passport, list, reason, since, until",
        31,
        whole,
        build_blacklist,
    ),
    Kind(registers.BANKRUPTS, "Банкроты", "ЕФРСБ, XML: DebtorPerson, DebtorCompany", 7, whole, build_bankrupts),
    Kind(
        registers.EXTREMISTS,
        "Террористы и экстремисты",
        "Росфинмониторинг, перечень в XML или DBF",
        7,
        whole,
        build_extremists,
    ),
    Kind(registers.COMPANIES, "Реестр юрлиц (ЕГРЮЛ)", "ФНС, XML или CSV: inn, ogrn, kpp…", 31, whole, build_egrul),
)
KINDS: Final[Mapping[str, Kind]] = MappingProxyType({kind.name: kind for kind in _ALL})


class Loaded(NamedTuple):
    """What became of one part of a file. `is_new` is False where this very edition was loaded before."""

    kind: str
    part: str
    version: str
    published: date
    rows: int
    is_new: bool


class Listed(NamedTuple):
    """One line of the list of reference data; a kind that was never loaded has no version.

    `is_here`: its files are on this machine, so that standardization uses them. `is_stale`: older than its kind may be.
    """

    kind: str
    title: str
    official: str
    part: str
    version: str | None
    published: date | None
    age_days: int | None
    rows: int
    file_name: str | None
    file_sha256: str | None
    loaded_at: datetime | None
    loaded_by: str | None
    is_here: bool
    is_stale: bool


def get_kind(name: str) -> Kind:
    """The kind of that name. Raises BadUsage with the known ones."""
    if name not in KINDS:
        raise BadUsage(f"unknown kind of reference data «{name}»; known are {', '.join(KINDS)}")
    return KINDS[name]


def load_reference(
    store: Store,
    settings: Settings,
    kind_name: str,
    path: Path,
    *,
    only: tuple[str, ...] = (),
    loaded_by: str = "cli",
    progress: Progress = lambda stage, done, of: None,
) -> list[Loaded]:
    """Load a file of official data: every part that it holds, or only some.

    The same file again changes nothing. A file that cannot be read raises SourceUnusable, and the former edition stays.
    After a kill the same call goes on where the work stopped.
    """
    kind = get_kind(kind_name)
    if not path.exists():
        raise BadUsage(f"{path}: there is no such file")
    root = settings.home / "reference"
    with _alone(root):
        progress(f"checking {path.name}", 0, 0)
        digest = _sha256(path)
        work = root / ".work" / digest[:16]
        limit = f"{settings.memory_limit >> 20}MiB"
        source = Source(path, work, limit, settings.threads, progress)
        parts = kind.parts(source)
        lacking = sorted(set(only) - set(parts))
        if lacking:
            raise BadUsage(f"{path}: has no part {', '.join(lacking)}; there are {', '.join(parts)}")
        done = [
            _load_part(store, root, kind, source, part, digest, loaded_by) for part in parts if part in (only or parts)
        ]
        shutil.rmtree(work, ignore_errors=True)
    registers.use(settings.home)
    return done


def _load_part(store: Store, root: Path, kind: Kind, source: Source, part: str, digest: str, loaded_by: str) -> Loaded:
    """One part: its files are made beside the former ones, then the pointer is moved, then the ledger is written."""
    home = root / kind.name / part
    known = next((one.edition for one in registers.editions(root.parent) if one.folder.parent == home), None)
    if known is not None and known.file_sha256 == digest:
        is_new = _enter(store, known)
        return Loaded(kind.name, part, known.version, date.fromisoformat(known.published), known.rows, is_new)
    building = home / f".building-{digest[:16]}"
    shutil.rmtree(building, ignore_errors=True)
    building.mkdir(parents=True)
    built = kind.build(source, part, building)
    edition = EditionFile(
        kind.name, part, built.version, built.published.isoformat(), built.rows, source.path.name, digest, loaded_by
    )
    _put_in_use(home, building, edition)
    _enter(store, edition)
    return Loaded(kind.name, part, *built, is_new=True)


def _put_in_use(home: Path, building: Path, edition: EditionFile) -> None:
    """Name the finished folder and move the pointer to it; only the former edition stays beside it."""
    (building / "edition.json").write_bytes(msgspec.json.encode(edition))
    folder = home / edition.file_sha256[:16]
    pointer = home / "current"
    former = pointer.read_text(encoding="utf-8").strip() if pointer.exists() else ""
    shutil.rmtree(folder, ignore_errors=True)
    building.rename(folder)
    written = home / ".current"
    written.write_text(folder.name, encoding="utf-8")
    written.rename(pointer)
    for other in home.iterdir():
        if other.is_dir() and other.name not in (folder.name, former):
            shutil.rmtree(other)


def _enter(store: Store, edition: EditionFile) -> bool:
    """Write an edition into the ledger; False when it is there."""
    with store.transaction() as connection:
        for one in ledger.current(connection):
            if (one.kind, one.part, one.file_sha256) == (edition.kind, edition.part, edition.file_sha256):
                return False
        ledger.add(
            connection,
            kind=edition.kind,
            part=edition.part,
            version=edition.version,
            published=date.fromisoformat(edition.published),
            rows=edition.rows,
            file_name=edition.file_name,
            file_sha256=edition.file_sha256,
            loaded_by=edition.loaded_by,
        )
    return True


@contextmanager
def _alone(root: Path) -> Iterator[None]:
    """One load of reference data at a time in one installation."""
    root.mkdir(parents=True, exist_ok=True)
    with (root / ".lock").open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise BadUsage("other reference data is being loaded now: wait until it is done") from None
        yield


def _sha256(path: Path) -> str:
    """Digest of a file, or of all files of a folder with their names."""
    if path.is_file():
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    digest = hashlib.sha256()
    for one in sorted(path.iterdir()):
        if one.is_file():
            with one.open("rb") as file:
                digest.update(one.name.encode() + hashlib.file_digest(file, "sha256").digest())
    return digest.hexdigest()


def list_reference(connection: Connection, home: Path, *, today: date | None = None) -> list[Listed]:
    """Every kind with its editions, those that were never loaded too."""
    here = {(one.edition.kind, one.edition.part, one.edition.file_sha256) for one in registers.editions(home)}
    known = ledger.current(connection)
    now = today or date.today()
    found: list[Listed] = []
    for kind in KINDS.values():
        own = [one for one in known if one.kind == kind.name]
        found += [_listed(kind, one, (one.kind, one.part, one.file_sha256) in here, now) for one in own]
        lacking = set(kind.expected(now)) - {one.part for one in own}
        found += [_never(kind, part) for part in sorted(lacking) or ([] if own else [""])]
    return found


def _listed(kind: Kind, one: ledger.Edition, is_here: bool, now: date) -> Listed:
    age = (now - one.published).days
    part = "" if one.part == registers.WHOLE else one.part
    return Listed(
        kind=kind.name,
        title=kind.title,
        official=kind.official,
        part=part,
        version=one.version,
        published=one.published,
        age_days=age,
        rows=one.rows,
        file_name=one.file_name,
        file_sha256=one.file_sha256,
        loaded_at=one.loaded_at,
        loaded_by=one.loaded_by,
        is_here=is_here,
        is_stale=kind.stale_days is not None and age > kind.stale_days,
    )


def _never(kind: Kind, part: str) -> Listed:
    return Listed(
        kind.name, kind.title, kind.official, part, None, None, None, 0, None, None, None, None,
        is_here=False, is_stale=False,
    )  # fmt: skip

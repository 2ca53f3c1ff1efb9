"""Official lists as they are published: CSV in the encodings of their publishers, ED807 of the Bank of Russia."""

from __future__ import annotations

import bz2
import csv
import gzip
import io
import re
import zipfile
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import IO, Final, NamedTuple, cast
from xml.parsers import expat

import polars as pl
import pyarrow as pa
import pyarrow.csv as csv_reader

from litso.errors import SourceUnusable

_LARGEST_TEXT: Final = 512 << 20
_DAY: Final = re.compile(r"(?<!\d)(20\d\d)[-_.]?(\d\d)[-_.]?(\d\d)(?!\d)|(?<!\d)(\d\d)[-_.](\d\d)[-_.](20\d\d)(?!\d)")


class Text(NamedTuple):
    """A text of a file, or of a member of an archive; `name` is what errors say."""

    name: str
    text: str


def texts_of(path: Path, *endings: str) -> list[Text]:
    """Texts of a file, of the files with an ending in a zip archive, or of those in a folder; UTF-8 or CP1251."""
    try:
        if path.is_dir():
            found = [(str(one), one.read_bytes()) for one in sorted(path.iterdir()) if one.suffix.lower() in endings]
        elif zipfile.is_zipfile(path):
            found = list(_members(path, *endings))
        else:
            found = [(str(path), path.read_bytes())]
    except zipfile.BadZipFile:
        raise SourceUnusable(f"{path}: the archive is damaged") from None
    except OSError as error:
        raise SourceUnusable(f"{path}: cannot be read: {error.strerror}") from None
    if not found:
        raise SourceUnusable(f"{path}: holds no {' or '.join(endings)} file")
    return [Text(name, decoded(data)) for name, data in found]


def _members(path: Path, *endings: str) -> Iterator[tuple[str, bytes]]:
    with zipfile.ZipFile(path) as archive:
        for info in archive.infolist():
            if not info.filename.lower().endswith(endings):
                continue
            if info.file_size > _LARGEST_TEXT:
                raise SourceUnusable(f"{path}: {info.filename} is larger than {_LARGEST_TEXT >> 20} MiB")
            yield f"{path}: {info.filename}", archive.read(info)


def decoded(data: bytes) -> str:
    """Text of bytes in UTF-8 (with its mark or without), else in CP1251."""
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("cp1251", errors="replace")


def day_of(path: Path) -> date:
    """The day in the name of a file, else the day of its last change."""
    for found in _DAY.finditer(path.name):
        year, month, day = found.group(1, 2, 3) if found[1] else found.group(6, 5, 4)
        try:
            return date(int(year), int(month), int(day))
        except ValueError:
            continue
    return date.fromtimestamp(path.stat().st_mtime)


_WRITTEN_DAY: Final = re.compile(r"(\d{4})-(\d\d)-(\d\d)|(\d\d)\.(\d\d)\.(\d{4})")


def written_day(text: str, place: str) -> date:
    """A day as 2026-01-09 or 09.01.2026. Raises SourceUnusable naming the place."""
    found = _WRITTEN_DAY.fullmatch(text)
    if found is None:
        raise SourceUnusable(f"{place}: a day such as 2026-01-09 or 09.01.2026 is expected")
    year, month, day = found.group(1, 2, 3) if found[1] else found.group(6, 5, 4)
    return real_day(int(year), int(month), int(day), place)


def real_day(year: int, month: int, day: int, place: str) -> date:
    """A day of the calendar. Raises SourceUnusable naming the place."""
    try:
        return date(year, month, day)
    except ValueError:
        raise SourceUnusable(f"{place}: there is no day {year}-{month:02}-{day:02}") from None


def header_of(source: Text) -> list[str]:
    """Cells of the first line of a CSV text in lower case, divided by `,` or `;`."""
    return [name.strip().lower() for name in next(_csv(source), [])]


def _csv(source: Text) -> Iterator[list[str]]:
    first = source.text[:4096].partition("\n")[0]
    return csv.reader(io.StringIO(source.text), delimiter=";" if first.count(";") > first.count(",") else ",")


def table_rows(
    source: Text, columns: tuple[str, ...], optional: tuple[str, ...] = (), *, header: tuple[str, ...] = ()
) -> Iterator[tuple[int, tuple[str, ...]]]:
    """Line and values of named columns of a CSV text, divided by `,` or `;`, blanks at ends removed.

    `optional` columns follow the others, empty where the text lacks them. `header` names the columns of a text that
    does not begin with their names. Raises SourceUnusable naming the column that lacks, or the line that is too short.
    """
    names = list(header) or header_of(source)
    missing = [name for name in columns if name not in names]
    if missing:
        raise SourceUnusable(f"{source.name}, line 1: no column «{missing[0]}», the header is {', '.join(names[:12])}")
    places = [names.index(name) if name in names else None for name in columns + optional]
    line = 0
    try:
        for line, row in _numbered(source):
            if row and (header or line > 1):
                yield line, tuple("" if place is None else row[place].strip() for place in places)
    except IndexError:
        raise SourceUnusable(f"{source.name}, line {line}: too few columns") from None
    except csv.Error as error:
        raise SourceUnusable(f"{source.name}, line {line + 1}: {error}") from None


def _numbered(source: Text) -> Iterator[tuple[int, list[str]]]:
    """Rows with the line at which each begins."""
    begins = 1
    rows = _csv(source)
    for row in rows:
        yield begins, row
        begins += 1 + sum(cell.count("\n") for cell in row)


class BankEntry(NamedTuple):
    """A participant of the directory ED807."""

    bik: str
    name: str
    city: str | None
    correspondent_account: str | None
    swift: str | None
    type: str | None
    is_active: bool


class Directory(NamedTuple):
    """The directory ED807: the day of business that it is for, and its participants."""

    day: date
    banks: list[BankEntry]


_ROOT: Final = "ED807"
_BIK: Final = re.compile(r"\d{9}")


def bank_directory(path: Path) -> Directory:
    """The directory of BIK of the Bank of Russia, an XML document ED807 or the zip archive that holds it."""
    name, data = _document(path)
    reader = _DirectoryReader(name)
    parser = expat.ParserCreate()
    parser.StartElementHandler = lambda tag, attributes: reader.begin(tag, attributes, parser.CurrentLineNumber)
    parser.EndElementHandler = reader.end
    parser.StartDoctypeDeclHandler = reader.refuse
    try:
        parser.Parse(data, True)
    except expat.ExpatError as error:
        place = f"line {error.lineno}, column {error.offset + 1}"
        raise SourceUnusable(f"{name}, {place}: not a well-formed XML file") from None
    if reader.day is None or not reader.banks:
        raise SourceUnusable(f"{name}: not a directory ED807 with participants")
    return Directory(reader.day, reader.banks)


def _document(path: Path) -> tuple[str, bytes]:
    try:
        if zipfile.is_zipfile(path):
            found = list(_members(path, ".xml"))
            if len(found) != 1:
                raise SourceUnusable(f"{path}: one XML file is expected in the archive, it holds {len(found)}")
            return found[0]
        return str(path), path.read_bytes()
    except (zipfile.BadZipFile, OSError) as error:
        raise SourceUnusable(f"{path}: cannot be read: {error}") from None


class _DirectoryReader:
    """Collects participants of ED807 as elements stream by. Names of tags may have a namespace before them."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.day: date | None = None
        self.banks: list[BankEntry] = []
        self._bik = ""
        self._about: dict[str, str] = {}
        self._account: str | None = None
        self._swift: str | None = None

    def begin(self, tag: str, attributes: dict[str, str], line: int) -> None:
        tag = tag.rpartition(":")[2]
        if tag == _ROOT:
            self.day = self._date(attributes.get("BusinessDay") or attributes.get("EDDate"), line)
        elif self.day is None:
            raise SourceUnusable(f"{self.name}, line {line}: the root element is {tag}, ED807 is expected")
        elif tag == "BICDirectoryEntry":
            self._bik = attributes.get("BIC", "")
            self._about, self._account, self._swift = {}, None, None
            if not _BIK.fullmatch(self._bik):
                raise SourceUnusable(f"{self.name}, line {line}: the BIC of an entry has not nine digits")
        elif tag == "ParticipantInfo":
            self._about = attributes
        elif tag == "SWBICS" and attributes.get("DefaultSWBIC", "1") == "1":
            self._swift = attributes.get("SWBIC")
        elif tag == "Accounts" and attributes.get("RegulationAccountType") == "CRSA":
            self._account = attributes.get("Account")

    def end(self, tag: str) -> None:
        if tag.rpartition(":")[2] != "BICDirectoryEntry":
            return
        about = self._about
        town = " ".join(filter(None, (about.get("Tnp"), about.get("Nnp")))) or None
        self.banks.append(
            BankEntry(
                self._bik,
                about.get("NameP", ""),
                town,
                self._account,
                self._swift,
                about.get("PtType"),
                about.get("ParticipantStatus", "PSAC") == "PSAC",
            )
        )

    def refuse(self, *_: object) -> None:
        raise SourceUnusable(f"{self.name}: declares a document type: the directory has none")

    def _date(self, text: str | None, line: int) -> date:
        try:
            return date.fromisoformat(text or "")
        except ValueError:
            raise SourceUnusable(f"{self.name}, line {line}: ED807 has no day of business") from None


# Invalid passports ---------------------------------------------------------------------------------------------

_PASSPORT_COLUMNS: Final = ("PASSP_SERIES", "PASSP_NUMBER")


def passport_batches(path: Path, progress: Callable[[int, int], None]) -> Iterator[pa.Table]:
    """Tables of `passport` (ten digits as a number) of the list of invalid passports, as they stream by.

    The file is a CSV, packed by bzip2 or gzip or not. Series and numbers that are not four and six digits are left out.
    """
    size = path.stat().st_size
    try:
        with path.open("rb") as raw, _unpacked(path, raw) as stream:
            options = csv_reader.ConvertOptions(column_types=dict.fromkeys(_PASSPORT_COLUMNS, pa.string()))
            with csv_reader.open_csv(stream, convert_options=options) as reader:
                _check_columns(path, reader.schema.names)
                for batch in reader:
                    table = _passports(pl.DataFrame(pa.Table.from_batches([batch])))
                    if table.num_rows:
                        yield table
                    progress(raw.tell(), size)
    except pa.ArrowInvalid as error:
        raise SourceUnusable(f"{path}: not a list of passports: {str(error).splitlines()[0][:200]}") from None
    except (OSError, EOFError) as error:
        raise SourceUnusable(f"{path}: cannot be read: {error}") from None


def _unpacked(path: Path, raw: IO[bytes]) -> IO[bytes]:
    if path.suffix.lower() == ".bz2":
        return bz2.open(raw, "rb")
    return cast("IO[bytes]", gzip.open(raw, "rb")) if path.suffix.lower() == ".gz" else raw


def _check_columns(path: Path, names: list[str]) -> None:
    missing = [name for name in _PASSPORT_COLUMNS if name not in names]
    if missing:
        raise SourceUnusable(f"{path}, line 1: no column «{missing[0]}», the header is {', '.join(names[:12])[:200]}")


def _passports(rows: pl.DataFrame) -> pa.Table:
    series, number = (pl.col(name).str.strip_chars() for name in _PASSPORT_COLUMNS)
    right = series.str.contains("^[0-9]{4}$") & number.str.contains("^[0-9]{6}$")
    found = rows.filter(right).select(passport=(series + number).cast(pl.Int64))
    return found.to_arrow()

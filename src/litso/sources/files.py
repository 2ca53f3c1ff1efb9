"""Opens a file of any known format: by what is in it, and by its name only where the content cannot tell."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Final, NamedTuple

from litso.errors import SourceUnusable
from litso.sources.csv_file import open_csv
from litso.sources.dbf_source import open_dbf
from litso.sources.exchange_file import BEGINNING, open_exchange
from litso.sources.jsonl_file import open_jsonl
from litso.sources.mapping import Mapping
from litso.sources.parquet_file import open_parquet
from litso.sources.raw import RawBatch, SourceFile, checked_columns
from litso.sources.register_file import open_register
from litso.sources.xlsx_file import open_xlsx
from litso.sources.xml_file import open_xml

__all__ = ["RawBatch", "SourceFile", "open_file", "source_files"]

_JSON: Final = (".jsonl", ".ndjson", ".json")
_ZIP: Final = b"PK\x03\x04"
_BINARY: Final = (".parquet", ".pq", ".xlsx", ".xlsm", ".dbf")
_DBF: Final = (b"\x03", b"\x30", b"\x31", b"\x43", b"\x83", b"\x8b", b"\xf5")
"""First bytes of tables of dBASE III and IV, FoxPro and their kin."""
_FOREIGN: Final = {
    b"\xd0\xcf\x11\xe0": "старый формат XLS: сохраните файл как XLSX или CSV",
    b"%PDF": "это PDF, а не таблица",
    b"Rar!": "это архив RAR: распакуйте его",
    b"7z\xbc\xaf": "это архив 7z: распакуйте его",
}


def open_file(path: Path | str, mapping: Mapping) -> SourceFile:
    """Open a file for reading and check that it has the columns of the mapping.

    Raises SourceUnusable with one clear sentence where that is impossible.
    """
    return checked_columns(_open(Path(path), mapping), mapping.columns(), mapping.key)


class _Look(NamedTuple):
    """A file before it is opened: how it begins, packed and unpacked, and its name's ending."""

    path: Path
    head: bytes
    text: bytes
    is_gzip: bool
    mapping: Mapping

    @property
    def suffix(self) -> str:
        return self.path.suffix.lower()


class _Format(NamedTuple):
    """A format of files: how it is told from those that follow, and how it is opened."""

    is_it: Callable[[_Look], bool]
    open: Callable[[_Look], SourceFile]


def _is_json(look: _Look) -> bool:
    suffixes = [suffix.lower() for suffix in look.path.suffixes[-2:]]
    return any(suffix in _JSON for suffix in suffixes) or look.text.startswith((b'{"', b"{ "))


def _refuse(look: _Look) -> SourceFile:
    sentence = next(sentence for magic, sentence in _FOREIGN.items() if look.head.startswith(magic))
    raise SourceUnusable(f"{look.path}: {sentence}.")


def _refuse_name(look: _Look) -> SourceFile:
    raise SourceUnusable(f"{look.path}: содержимое не соответствует расширению «{look.path.suffix}»: файл повреждён.")


FORMATS: Final = (
    _Format(lambda look: look.head.startswith(b"PAR1"), lambda look: open_parquet(look.path)),
    _Format(
        lambda look: look.head.startswith(_ZIP) and look.mapping.rows is not None,
        lambda look: open_xml(look.path, look.mapping),
    ),
    _Format(lambda look: look.head.startswith(_ZIP), lambda look: open_xlsx(look.path, look.mapping)),
    _Format(lambda look: look.head.startswith(tuple(_FOREIGN)), _refuse),
    _Format(
        lambda look: look.suffix == ".dbf" and look.head[:1] in _DBF, lambda look: open_dbf(look.path, look.mapping)
    ),
    _Format(
        lambda look: look.text.startswith(BEGINNING.encode()),
        lambda look: open_exchange(look.path, look.mapping, look.is_gzip),
    ),
    _Format(lambda look: look.text.startswith(b"<"), lambda look: open_xml(look.path, look.mapping)),
    _Format(_is_json, lambda look: open_jsonl(look.path, look.mapping, look.is_gzip)),
    _Format(lambda look: look.suffix in _BINARY and bool(look.head), _refuse_name),
    _Format(
        lambda look: look.mapping.register is not None,
        lambda look: open_register(look.path, look.mapping, look.is_gzip),
    ),
    _Format(lambda look: True, lambda look: open_csv(look.path, look.mapping, look.is_gzip)),
)
"""Every format of files, for the command line and all connectors; the first that fits is taken."""


def _open(path: Path, mapping: Mapping) -> SourceFile:
    head = _beginning(path)
    is_gzip = head.startswith(b"\x1f\x8b")
    text = _unpacked_beginning(path) if is_gzip else head
    text = text.replace(b"\0", b"").lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n")
    look = _Look(path, head, text, is_gzip, mapping)
    return next(format for format in FORMATS if format.is_it(look)).open(look)


def _beginning(path: Path) -> bytes:
    try:
        with path.open("rb") as stream:
            return stream.read(64)
    except OSError as error:
        raise SourceUnusable(f"{path}: файл не открывается: {error.strerror}.") from None


def _unpacked_beginning(path: Path) -> bytes:
    try:
        with gzip.open(path) as stream:
            return stream.read(64)
    except (OSError, EOFError, zlib.error):
        raise SourceUnusable(f"{path}: архив gzip повреждён или передан не полностью.") from None


def source_files(folder: Path, mapping: Mapping) -> list[Path]:
    """Files of the folder that belong to the source, by the patterns of its mapping, in the order of their names."""
    found = {path for pattern in mapping.files for path in folder.glob(pattern) if path.is_file()}
    return sorted(found)

"""Opens a file of any known format: by what is in it, and by its name only where the content cannot tell."""

from __future__ import annotations

import gzip
import zlib
from pathlib import Path
from typing import Final

from litso.errors import SourceUnusable
from litso.sources.csv_file import open_csv
from litso.sources.jsonl_file import open_jsonl
from litso.sources.mapping import Mapping
from litso.sources.parquet_file import open_parquet
from litso.sources.raw import RawBatch, SourceFile, checked_columns
from litso.sources.xlsx_file import open_xlsx

__all__ = ["RawBatch", "SourceFile", "open_file", "source_files"]

_JSON: Final = (".jsonl", ".ndjson", ".json")
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


def _open(path: Path, mapping: Mapping) -> SourceFile:
    head = _beginning(path)
    if head.startswith(b"PAR1"):
        return open_parquet(path)
    if head.startswith(b"PK\x03\x04"):
        return open_xlsx(path, mapping)
    for magic, sentence in _FOREIGN.items():
        if head.startswith(magic):
            raise SourceUnusable(f"{path}: {sentence}.")
    is_gzip = head.startswith(b"\x1f\x8b")
    if _is_json(path, _unpacked_beginning(path) if is_gzip else head):
        return open_jsonl(path, mapping, is_gzip)
    if path.suffix.lower() in (".parquet", ".pq", ".xlsx", ".xlsm") and head:
        raise SourceUnusable(f"{path}: содержимое не соответствует расширению «{path.suffix}»: файл повреждён.")
    return open_csv(path, mapping, is_gzip)


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


def _is_json(path: Path, head: bytes) -> bool:
    suffixes = [suffix.lower() for suffix in path.suffixes[-2:]]
    text = head.replace(b"\0", b"").lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n")
    return any(suffix in _JSON for suffix in suffixes) or text.startswith((b'{"', b"{ "))


def source_files(folder: Path, mapping: Mapping) -> list[Path]:
    """Files of the folder that belong to the source, by the patterns of its mapping, in the order of their names."""
    found = {path for pattern in mapping.files for path in folder.glob(pattern) if path.is_file()}
    return sorted(found)

"""XML files, such as 1C exports: each element that the mapping calls a row, its columns found by their paths.

The payload holds everything below the row. Several values of one path are a JSON list of texts. Documents are read as
they stream by, a row at a time; one that declares a type is refused, as is a row too large or too deep.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from itertools import chain, islice
from pathlib import Path
from typing import Final

import pyarrow as pa

from litso.errors import SourceUnusable
from litso.sources.mapping import Mapping
from litso.sources.raw import BATCH_BYTES, RawBatch, SourceFile
from litso.sources.xml_elements import (
    DOCTYPE,
    ENCODING,
    MALFORMED,
    TOO_DEEP,
    TOO_LARGE,
    BadXml,
    Element,
    documents,
    elements,
)
from litso.sources.xml_path import XmlPath, flattened, one_text, parse_path

_LARGEST: Final = 4 << 20
_LOOKED_AT: Final = 2_000
_SENTENCES: Final = {
    MALFORMED: "XML нарушен: файл повреждён или передан не полностью",
    ENCODING: "кодировка XML не известна",
    TOO_DEEP: "элементы XML вложены слишком глубоко",
    TOO_LARGE: f"элемент XML больше {_LARGEST >> 20} МиБ: проверьте rows",
    DOCTYPE: "XML объявляет тип документа (DOCTYPE): такие файлы не читаются",
}


def open_xml(path: Path, mapping: Mapping) -> SourceFile:
    """Open an XML file, packed by gzip or in a ZIP or not. Raises SourceUnusable where it is damaged or dangerous."""
    if mapping.rows is None:
        raise SourceUnusable(f"{path}: это XML: назовите в сопоставлении элемент, который есть запись (rows).")
    rows, size = mapping.rows, path.stat().st_size
    paths = {column: parse_path(column) for column in mapping.columns()}
    first = [_row(element, paths, is_whole=True) for element in islice(_elements(path, rows), _LOOKED_AT)]
    notices = () if first else (f"В файле нет элементов «{'/'.join(step.name for step in rows.steps)}».",)

    def read(count: int, only: Collection[str] | None) -> Iterator[RawBatch]:
        wanted = paths if only is None else {name: path for name, path in paths.items() if name in only}
        for part in _parts(_elements(path, rows), count):
            yield _batch(part, wanted, only, size)

    return SourceFile(
        path=path,
        format="xml",
        # No rows is no error: nothing changed.
        columns=tuple(dict.fromkeys(chain.from_iterable(first or [paths]))),
        size=size,
        reader=read,
        is_sparse=True,
        notices=notices,
    )


def _elements(path: Path, rows: XmlPath) -> Iterator[Element]:
    *above, last = rows.steps
    within = tuple(step.name for step in above)
    try:
        for document in documents(path):
            for element in elements(document, frozenset({last.name}), within=within, largest=_LARGEST):
                if last.takes(element):
                    yield element
    except BadXml as error:
        place = f"строка {error.line}, столбец {error.column}"
        raise SourceUnusable(f"{path}, {place}: {_SENTENCES[error.code]}.") from None
    except SourceUnusable:
        raise SourceUnusable(f"{path}: архив повреждён или передан не полностью.") from None


def _parts(found: Iterator[Element], count: int) -> Iterator[list[Element]]:
    """Elements together, so many at most and of so many bytes in the file."""
    part: list[Element] = []
    for element in found:
        if part and (len(part) >= count or not 0 <= element.position - part[0].position < BATCH_BYTES):
            yield part
            part = []
        part.append(element)
    if part:
        yield part


def _row(element: Element, paths: dict[str, XmlPath], *, is_whole: bool) -> dict[str, str]:
    """What the mapping's own paths find and, of a whole row, everything else below the element."""
    row = flattened(element) if is_whole else {}
    for name, path in paths.items():
        # A path without a test is called there what the mapping calls it.
        if name not in row and (texts := path.values(element)):
            row[name] = one_text(texts)
    return row


def _batch(part: Sequence[Element], paths: dict[str, XmlPath], only: Collection[str] | None, size: int) -> RawBatch:
    """Columns in the order of the alphabet, so that equal rows give equal payloads."""
    rows = [_row(element, paths, is_whole=only is None) for element in part]
    names = sorted(set(chain.from_iterable(rows))) if only is None else list(only)
    columns = {name: pa.array([row.get(name) for row in rows], pa.string()) for name in names}
    table = pa.table(columns or {"": pa.nulls(len(rows), pa.string())})
    lines = pa.array([element.line for element in part], pa.int64())
    return RawBatch(table, lines, [], min(part[-1].position, size))

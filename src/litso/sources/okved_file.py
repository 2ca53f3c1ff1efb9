"""The classifier of economic activities (ОКВЭД 2), as Rosstat publishes it or as a plain table.

Rosstat's file has no header: section, code (blank for the section itself), title. A file with a header has `code` and
`title`, or `kod` and `name` as some portals of open data write them, in any order among other columns.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final, NamedTuple

from litso.errors import SourceUnusable
from litso.sources.reference_files import Text, header_of, table_rows, texts_of

_HEADERS: Final = (("code", "title"), ("kod", "name"), ("код", "наименование"))
_HEADLESS: Final = ("section", "code", "title")
_CODE: Final = re.compile(r"[A-U]|\d\d(?:\.\d{1,2}(?:\.\d{1,2})?)?")
_SECTION: Final = re.compile("[A-U]")


class ActivityRow(NamedTuple):
    """A code («35.30.14», or the letter of a section) and its title."""

    code: str
    title: str


def activities(path: Path) -> list[ActivityRow]:
    """Codes in their order, each once. Raises SourceUnusable naming file and line."""
    found: dict[str, str] = {}
    for text in texts_of(path, ".csv"):
        for line, code, title in _rows(text):
            if not _CODE.fullmatch(code) or not title:
                raise SourceUnusable(f"{text.name}, line {line}: a code such as 35.30.14 and a title are expected")
            if found.setdefault(code, title) != title:
                raise SourceUnusable(f"{text.name}, line {line}: the code {code} is there with two titles")
    if not found:
        raise SourceUnusable(f"{path}: holds no codes")
    return [ActivityRow(*one) for one in sorted(found.items())]


def _rows(text: Text) -> Iterator[tuple[int, str, str]]:
    header = header_of(text)
    if len(header) == len(_HEADLESS) and _SECTION.fullmatch(header[0].upper()):
        for line, (section, code, title) in table_rows(text, _HEADLESS, header=_HEADLESS):
            yield line, code or section, title
        return
    named = next((names for names in _HEADERS if set(names) <= set(header)), _HEADERS[0])
    for line, (code, title) in table_rows(text, named):
        yield line, code, title

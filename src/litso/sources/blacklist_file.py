"""Lists of persons and organizations as a plain CSV, or a folder or ZIP of several.

`name` is needed; `kind` (person, organization), `birth_date`, `inn`, `ogrn`, `snils`, `passport`, `list`, `reason`,
`since` and `until` (YYYY-MM-DD or DD.MM.YYYY) may be there in any order. A list without a name is called as its file,
without days and numbers, so that it is the same in the next edition.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Final

from litso.domain.record import AUTO, ORGANIZATION, PERSON
from litso.errors import SourceUnusable
from litso.sources.listed import ListedRow
from litso.sources.reference_files import Text, table_rows, texts_of, written_day

_COLUMNS: Final = (
    "name", "kind", "birth_date", "inn", "ogrn", "snils", "passport", "list", "reason", "since", "until",
)  # fmt: skip
_NUMBERS: Final = re.compile(r"[-_. ]*\d[-_. \d]*")
_KINDS: Final = (PERSON, ORGANIZATION, AUTO)


def blacklist_rows(path: Path) -> Iterator[ListedRow]:
    """Lines of the lists. Raises SourceUnusable naming file, line and column."""
    for text in texts_of(path, ".csv"):
        for line, values in table_rows(text, ("name",), _COLUMNS[1:]):
            yield _row(text, f"{text.name}, line {line}", dict(zip(_COLUMNS, values, strict=True)))


def _row(text: Text, place: str, given: dict[str, str]) -> ListedRow:
    if not given["name"]:
        raise SourceUnusable(f"{place}, column «name»: a name is expected")
    kind = given["kind"] or AUTO
    if kind not in _KINDS:
        raise SourceUnusable(f"{place}, column «kind»: {', '.join(_KINDS)} are known")
    return ListedRow(
        names=(given["name"],),
        kind=kind,
        list=given["list"] or _list_of(text.name),
        birth_date=given["birth_date"] or None,
        inn=given["inn"] or None,
        ogrn=given["ogrn"] or None,
        snils=given["snils"] or None,
        passports=(given["passport"],) if given["passport"] else (),
        reason=given["reason"] or None,
        since=_day(given["since"], f"{place}, column «since»"),
        until=_day(given["until"], f"{place}, column «until»"),
    )


def _list_of(name: str) -> str:
    """The name of a list by that of its file."""
    stem = Path(name.rpartition(": ")[2]).stem
    return _NUMBERS.sub("", stem) or stem


def _day(text: str, place: str) -> date | None:
    return written_day(text, place) if text else None

"""Lists of persons and organizations to be wary of: a plain CSV, or a folder or ZIP of several.

`name` is needed; `kind` (person, organization), `birth_date`, `inn`, `ogrn`, `snils`, `passport`, `list` (else the name
of the file), `reason`, `since` and `until` (YYYY-MM-DD or DD.MM.YYYY) may be there in any order.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Final, NamedTuple

from litso.domain.record import AUTO, ORGANIZATION, PERSON
from litso.errors import SourceUnusable
from litso.sources.reference_files import Text, table_rows, texts_of, written_day


class BlacklistRow(NamedTuple):
    """A line of a list, its values as given; `kind` is person, organization or auto. Empty texts are None."""

    name: str
    kind: str
    birth_date: str | None
    inn: str | None
    ogrn: str | None
    snils: str | None
    passport: str | None
    list: str
    reason: str | None
    since: date | None
    until: date | None


_OPTIONAL: Final = BlacklistRow._fields[1:]
_KINDS: Final = (PERSON, ORGANIZATION, AUTO)


def blacklist_rows(path: Path) -> Iterator[BlacklistRow]:
    """Lines of the lists. Raises SourceUnusable naming file, line and column."""
    for text in texts_of(path, ".csv"):
        for line, values in table_rows(text, ("name",), _OPTIONAL):
            yield _row(text, f"{text.name}, line {line}", dict(zip(BlacklistRow._fields, values, strict=True)))


def _row(text: Text, place: str, given: dict[str, str]) -> BlacklistRow:
    if not given["name"]:
        raise SourceUnusable(f"{place}, column «name»: a name is expected")
    kind = given["kind"] or AUTO
    if kind not in _KINDS:
        raise SourceUnusable(f"{place}, column «kind»: {', '.join(_KINDS)} are known")
    days = {
        column: written_day(given[column], f"{place}, column «{column}»") if given[column] else None
        for column in ("since", "until")
    }
    texts = {column: given[column] or None for column in ("birth_date", "inn", "ogrn", "snils", "passport", "reason")}
    name = given["list"] or Path(text.name.rpartition(": ")[2]).stem
    return BlacklistRow(name=given["name"], kind=kind, list=name, **texts, **days)  # type: ignore[arg-type]

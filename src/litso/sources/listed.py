"""A row of a list of persons and organizations, whatever file it came from."""

from __future__ import annotations

from datetime import date
from typing import NamedTuple


class ListedRow(NamedTuple):
    """Who is listed, values as given, empty ones None; `kind` is person, organization or auto.

    `names` has the main name first, then others; `ident` is the publisher's number, `list` one of several lists.
    """

    names: tuple[str, ...]
    kind: str
    list: str
    ident: str | None = None
    birth_date: str | None = None
    birth_year: int | None = None
    inn: str | None = None
    ogrn: str | None = None
    snils: str | None = None
    passports: tuple[str, ...] = ()
    reason: str | None = None
    since: date | None = None
    until: date | None = None

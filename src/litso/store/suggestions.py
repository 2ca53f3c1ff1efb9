"""What may be suggested while somebody types: streets and houses met in records, organizations."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

from litso.domain.scope import EVERYTHING, Scope
from litso.store.database import Connection, rows_of
from litso.store.queries import statements
from litso.store.search import Question, query_text

_MOST_LINES: Final = 50_000


class AddressLine(NamedTuple):
    """A street or a house. `met`: in how many records; `tokens` are those of `litso.golden.search`, without blanks."""

    key: str
    line: str
    is_house: bool
    met: int
    tokens: tuple[str, ...]


class Company(NamedTuple):
    """An organization of a golden record."""

    name: str
    inn: str | None
    kpp: str | None
    ogrn: str | None
    opf: str | None
    address: str | None


def add_lines(connection: Connection, lines: Sequence[AddressLine]) -> None:
    """Remember streets and houses of a load, each once; those that are known are counted."""
    for start in range(0, len(lines), _MOST_LINES):
        _add(connection, "add_lines", lines[start : start + _MOST_LINES])


def add_new_lines(connection: Connection, lines: Sequence[AddressLine]) -> None:
    """Remember those of the streets and houses that are not known yet."""
    if lines:
        _add(connection, "add_new_lines", lines)


def _add(connection: Connection, statement: str, lines: Sequence[AddressLine]) -> None:
    ordered = sorted(lines)  # one order for all, so that two who write do not block each other
    parameters = {
        "keys": [one.key for one in ordered],
        "lines": [one.line for one in ordered],
        "are_houses": [one.is_house for one in ordered],
        "met": [one.met for one in ordered],
        "tokens": [" ".join(one.tokens) for one in ordered],
    }
    connection.execute(statements("suggestions")[statement], parameters)


def find_lines(connection: Connection, question: Question, *, is_house: bool, limit: int) -> list[str]:
    """Lines of streets, or of houses, that answer a question; those met most often first."""
    query = query_text(question)
    if not query:
        return []
    parameters = {"query": query, "is_house": is_house, "limit": limit}
    return [row[0] for row in connection.execute(statements("suggestions")["find_lines"], parameters).fetchall()]


def find_companies(
    connection: Connection, question: Question, *, limit: int, scope: Scope = EVERYTHING
) -> list[Company]:
    """Organizations within a scope that answer a question; those with most records first."""
    query = query_text(question)
    if not query:
        return []
    parameters = {
        "query": query, "limit": limit, "is_limited": scope.is_limited, "brands": list(scope.brands),
        "territories": list(scope.territories),
    }  # fmt: skip
    return rows_of(connection, Company, statements("suggestions")["find_companies"], parameters)

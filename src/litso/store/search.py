"""Search over golden records by tokens, and words for search with a typing error.

Which tokens a party has and which tokens a question means is told by `litso.golden.search` and `usecases.search`; here
tokens are only kept and looked up.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final, NamedTuple

from litso.domain.scope import EVERYTHING, Scope
from litso.store.database import Connection, rows_of
from litso.store.queries import statements


class Term(NamedTuple):
    """A token, or the beginning of one."""

    token: str
    is_prefix: bool = False


class Hit(NamedTuple):
    """A golden record found. `tokens` are all its tokens, so that the caller can say what matched and rank."""

    party_id: str
    kind: str
    name: str
    records: int
    tokens: list[str]


Question = Sequence[Sequence[Term]]
"""All of the groups must be found; of a group, any term."""

_MOST_WORDS: Final = 200_000


def find(connection: Connection, question: Question, *, limit: int = 50, scope: Scope = EVERYTHING) -> list[Hit]:
    """Golden records within a scope that answer the question, at most `limit`, in no certain order."""
    query = query_text(question)
    if not query:
        return []
    if not scope.is_limited:
        return rows_of(connection, Hit, statements("search")["find"], {"query": query, "limit": limit})
    limits = {"brands": list(scope.brands), "territories": list(scope.territories)}
    return rows_of(connection, Hit, statements("search")["find_within"], {"query": query, "limit": limit, **limits})


def query_text(question: Question) -> str:
    """The question as PostgreSQL writes text-search queries; empty groups are left out."""
    groups = [" | ".join(map(_term_text, group)) for group in question if group]
    return " & ".join(f"({group})" for group in groups)


def _term_text(term: Term) -> str:
    quoted = term.token.replace("\0", "").replace("\\", "\\\\").replace("'", "''")
    return f"'{quoted}':*" if term.is_prefix else f"'{quoted}'"


def similar_words(connection: Connection, word: str, *, limit: int = 5) -> list[str]:
    """Known words that look like `word`, the most similar first."""
    found = connection.execute(statements("search")["similar_words"], {"word": word, "limit": limit}).fetchall()
    return [row[0] for row in found]


def known_words(connection: Connection, words: Iterable[str]) -> list[str]:
    """Those of the words that are known, in no certain order."""
    found = connection.execute(statements("search")["known_words"], {"words": list(words)}).fetchall()
    return [row[0] for row in found]


def add_words(connection: Connection, words: Iterable[str]) -> None:
    """Remember words of names and places."""
    distinct = sorted(set(words))
    for start in range(0, len(distinct), _MOST_WORDS):
        connection.execute(statements("search")["add_words"], {"words": distinct[start : start + _MOST_WORDS]})

"""Named SQL: each aggregate has a file in `sql/`, each statement a name and a comment.

-- name: get_source
-- One registered source.
select … from source where name = %(name)s;
"""

from __future__ import annotations

import re
from functools import cache
from importlib.resources import files
from typing import Final

from psycopg import sql

_NAME: Final = re.compile(r"^-- name: (\w+)\s*$", re.MULTILINE)


class Statement(sql.SQL):
    """A statement that knows its name, such as `jobs.claim`: traces tell it instead of the text."""

    name: str = ""


@cache
def statements(aggregate: str) -> dict[str, sql.SQL]:
    """Statements of `sql/<aggregate>.sql` by name."""
    text = files("litso.store").joinpath("sql", f"{aggregate}.sql").read_text(encoding="utf-8")
    found = dict(parse(text))
    for name, statement in found.items():
        statement.name = f"{aggregate}.{name}"
    return dict(found)


def parse(text: str) -> list[tuple[str, Statement]]:
    """(name, statement) pairs of a file of named SQL, in order."""
    parts = _NAME.split(text)[1:]
    return [(name, _sql(body)) for name, body in zip(parts[::2], parts[1::2], strict=True)]


def _sql(body: str) -> Statement:
    lines = [line.strip() for line in body.splitlines() if not line.lstrip().startswith("--")]
    return Statement("\n".join(lines).strip().rstrip(";"))

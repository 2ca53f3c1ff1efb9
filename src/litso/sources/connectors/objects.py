"""Objects as sources give them in JSON: numbers as they were written, paths into them, their columns. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

import msgspec

from litso.sources.connectors.landing import joined_types


class Float(str):
    """A number as it was written: 1.10 is not 1.1."""

    __slots__ = ()


JSON: Final = msgspec.json.Decoder(float_hook=Float)
"""Decodes JSON; a msgspec.DecodeError says that it is none."""


def path_of(text: str) -> tuple[str, ...]:
    """A path such as `data.items` or `$.data.items`."""
    return tuple(text.removeprefix("$.").split("."))


def at_path(body: Any, path: tuple[str, ...]) -> Any:
    """What stands at a path of objects; None where it leads nowhere."""
    for name in path:
        body = body.get(name) if isinstance(body, dict) else None
    return body


def shape_of(rows: Iterable[Mapping[str, Any] | str]) -> dict[str, str]:
    """Columns of objects and the types of their values; "" where all are null. Texts that are no objects have none."""
    found: dict[str, str] = {}
    for row in rows:
        for name, value in () if isinstance(row, str) else row.items():
            found[name] = joined_types(found.get(name, ""), _type_of(value))
    return found


def _type_of(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, (int, Float)):
        return "number"
    return "text" if isinstance(value, str) else "list" if isinstance(value, list) else "object"

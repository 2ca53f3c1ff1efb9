"""What connectors of messages share: a message becomes a row.

The value of a message is a JSON object, or a list of them, each a row. What else is known of a message is a column
where the mapping names it: `message.topic`, `message.key`, `message.at`, the levels of the topic `topic.1`, `topic.2`…,
and `message.value` for values that are no objects. A value that is nothing of that goes to quarantine.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any, Final, NamedTuple

import msgspec

from litso.sources.connectors.objects import JSON
from litso.sources.mapping import Mapping as SourceMapping

BATCH: Final = 5_000
"""Messages that are in memory at a time."""

_VALUE: Final = "message.value"
_LEVELS: Final = re.compile(r"[/.]")
_LONGEST_TEXT: Final = 10_000

Row = Mapping[str, Any] | str


class Message(NamedTuple):
    """A message. value: None says that what the key names is gone; at: when the broker got it, if it tells."""

    value: bytes | None
    topic: str
    key: str | None = None
    at: datetime | None = None


class Reader:
    """Reads messages as rows of a source."""

    def __init__(self, mapping: SourceMapping) -> None:
        self._mapping = mapping
        self._wanted = frozenset(mapping.columns())

    def rows(self, message: Message) -> Iterator[Row]:
        """The rows of a message; a text is none, and its reader puts it into quarantine."""
        known = self._known(message)
        if message.value is None:
            yield self._gone(message) or ""
            return
        try:
            value = JSON.decode(message.value)
        except (msgspec.DecodeError, UnicodeDecodeError):
            value = message.value.decode("utf-8", "replace")
        for one in value if isinstance(value, list) else (value,):
            if isinstance(one, dict):
                yield {**one, **known}
            elif _VALUE in self._wanted and one is not None and not isinstance(one, list):
                yield {_VALUE: _text(one), **known}
            else:
                yield _text(one)[:_LONGEST_TEXT]

    def _known(self, message: Message) -> dict[str, str]:
        levels = _LEVELS.split(message.topic)
        known = {
            "message.topic": message.topic,
            "message.key": message.key,
            "message.at": message.at.isoformat() if message.at else None,
            **{f"topic.{number}": level for number, level in enumerate(levels, start=1)},
        }
        return {name: value for name, value in known.items() if name in self._wanted and value is not None}

    def _gone(self, message: Message) -> dict[str, str] | None:
        """A row that says that a record was deleted, where the mapping has a column for that."""
        mapping = self._mapping
        if mapping.deleted is None or len(mapping.key) != 1 or not message.key:
            return None
        found = {mapping.key[0]: message.key, mapping.deleted.column: mapping.deleted.values[0]}
        if mapping.updated_at and message.at:
            found[mapping.updated_at] = message.at.isoformat()
        return found


def _text(value: Any) -> str:
    return value if isinstance(value, str) else msgspec.json.encode(value, enc_hook=str).decode()

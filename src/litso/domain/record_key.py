"""How people and programs name one source record: `source:source_id`."""

from __future__ import annotations

from litso.errors import BadUsage

RecordKey = tuple[str, str]
"""Source and the record's id in it."""


def parse_key(text: str) -> RecordKey:
    """The record that a text names: what stands before the first colon is the source. BadUsage when a side is missing.

    A source has no colon in its name, a source id may have.
    """
    source, _, source_id = text.strip().partition(":")
    if not (source and source_id):
        raise BadUsage(f"{text.strip()!r}: name a record as source:source_id")
    return source, source_id

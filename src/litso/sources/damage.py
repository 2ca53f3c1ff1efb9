"""Lines that no reader of texts can use, whatever the format: too long, or in another encoding."""

from __future__ import annotations

from collections.abc import Callable

from litso.sources.blocks import HEAD, MAX_LINE
from litso.sources.encoding import UTF8, best_reading
from litso.sources.quarantine import Rejected, reject
from litso.sources.raw import payload_of_text


def too_long(line: int, head: bytes, size: int) -> Rejected:
    """A line of `size` bytes, of which the beginning is shown."""
    payload = payload_of_text(head[:HEAD].decode(UTF8, "replace").rstrip("\n"))
    return reject("row_too_long", line, payload, size=size, limit=MAX_LINE)


def undecodable(line: int, raw: bytes, encoding: str, payload: Callable[[str], str]) -> Rejected:
    """A line with bytes that the encoding of the file does not have, shown in the most likely one."""
    text, guess = best_reading(raw) if encoding == UTF8 else (raw.decode(UTF8, "replace"), encoding)
    return reject("undecodable", line, payload(text), encoding=encoding.upper(), guess=guess.upper())


def of_another_encoding(line: int, encoding: str, payload: str) -> Rejected:
    """A line in UTF-8 in a file of a one-byte encoding."""
    return reject("mixed_encoding", line, payload, encoding=encoding.upper(), guess=UTF8.upper())

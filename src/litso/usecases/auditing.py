"""The audit as those see it who watch over it: what was read and changed, and whether its chain holds.

A worker seals what is written every second. The head of the chain goes to its log and, by LITSO_AUDIT_HEADS, to a file
that should be out of reach of whoever can write to the database: against it a chain that was made anew is found out.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from threading import Event
from typing import Final, NamedTuple
from uuid import UUID

from litso.errors import BadUsage, Misconfigured, SourceUnusable
from litso.privacy.chain import Block, Fault, count_of, head_line
from litso.settings import Settings
from litso.store import audit, audit_blocks
from litso.store.audit import Entry, Filter
from litso.store.audit_blocks import Verified
from litso.store.database import Connection, Store
from litso.usecases.access import Actor, demand

PAGE: Final = 100
_LOG: Final = logging.getLogger("litso.audit")
_SECONDS: Final = 1.0
_TELL_SECONDS: Final = 60.0
_HASH_DIGITS: Final = 64


# Sealing --------------------------------------------------------------------------------------------------------


def keep_sealing(store: Store, settings: Settings, stop: Event) -> None:
    """Seal every second until `stop` is set, and then once more; tell the head every minute in which it moved."""
    told, at = "", time.monotonic()
    while True:
        is_last = stop.wait(_SECONDS)
        seal_all(store)
        if is_last or time.monotonic() - at > _TELL_SECONDS:
            told, at = tell_head(store, settings, told), time.monotonic()
        if is_last:
            return


def seal_all(store: Store) -> int:
    """Seal what is written so far; answers how many rows."""
    count = 0
    while True:
        with store.transaction() as connection:
            block = audit_blocks.seal_next(connection)
        if block is None:
            return count
        count += count_of(block)


def tell_head(store: Store, settings: Settings, told: str = "") -> str:
    """Write the head of the chain to the log and to LITSO_AUDIT_HEADS, unless it is what was told last; answers it."""
    with store.transaction() as connection:
        head = audit_blocks.head(connection)
    if head is None or (line := head_line(head)) == told:
        return told
    _LOG.info("audit head %s", line)
    if settings.audit_heads is not None:
        try:
            with settings.audit_heads.open("a", encoding="ascii") as file:
                file.write(f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ} {line}\n")
        except OSError as error:
            raise Misconfigured(f"LITSO_AUDIT_HEADS: the file cannot be written: {error.strerror}") from None
    return line


# Verifying ------------------------------------------------------------------------------------------------------


class Head(NamedTuple):
    """A head that was written down: number and hash of a block, None where only the hash was kept."""

    block_id: int | None
    digest: str


def read_heads(path: Path) -> list[Head]:
    """Heads of a file that `tell_head` wrote; SourceUnusable names the line that is none."""
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError):
        raise SourceUnusable(f"{path}: the file cannot be read") from None
    return [parse_head(line, f"{path}, line {number}") for number, line in enumerate(lines, 1) if line.strip()]


def parse_head(text: str, place: str) -> Head:
    """A head as it was written down: a hash, with a number and a time before it or without."""
    *others, digest = text.lower().split() or [""]
    if len(digest) != _HASH_DIGITS or not set(digest) <= set("0123456789abcdef"):
        raise SourceUnusable(f"{place}: a head ends with {_HASH_DIGITS} hexadecimal digits")
    return Head(int(others[-1]) if others and others[-1].isdecimal() else None, digest)


def verify(connection: Connection, *, first: int = 1, last: int | None = None, heads: Iterable[Head] = ()) -> Verified:
    """Verify blocks of the chain, and that every head that was written down is still in it."""
    found = audit_blocks.verify(connection, first=first, last=last)
    missing = [fault for head in heads if (fault := _head_fault(connection, head))]
    return found._replace(faults=(*found.faults, *missing))


def _head_fault(connection: Connection, head: Head) -> Fault | None:
    block = audit_blocks.find(connection, bytes.fromhex(head.digest))
    if block is not None and head.block_id in (None, block.block_id):
        return None
    return Fault(head.block_id or 0, "the head that was written down is not in the chain")


def last_block(connection: Connection) -> Block | None:
    """The head of the chain."""
    return audit_blocks.head(connection)


# Looking at it --------------------------------------------------------------------------------------------------


class Trail(NamedTuple):
    """Entries, the latest first; `following` continues them."""

    entries: list[Entry]
    following: int | None


def read_trail(
    connection: Connection, actor: Actor, wanted: Filter, *, before: int | None = None, limit: int = PAGE
) -> Trail:
    """Entries of the audit. Those of checks are for compliance only."""
    demand(actor, "read_audit")
    if wanted.party_id is not None and not _is_id(wanted.party_id):
        raise BadUsage("the id of a party is a UUID")
    if any("\0" in text for text in (wanted.actor, wanted.what, wanted.purpose) if text):
        raise BadUsage("a condition holds no zero character")
    with_checks = actor.may("read_checks")
    found = audit.recent(connection, wanted, before=before, limit=limit + 1, with_checks=with_checks)
    shown = found[:limit]
    return Trail(shown, shown[-1].audit_id if len(found) > limit else None)


def _is_id(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True

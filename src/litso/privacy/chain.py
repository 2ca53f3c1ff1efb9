"""The chain of the audit: blocks of rows, each with the hash of the block before it.

A block is SHA-256 over the hash before it, its own figures, and each of its rows as a line of JSON. Whoever changes,
deletes or adds a sealed row has to make every later block anew, and then the last hash differs from the copy of it that
somebody keeps elsewhere. Blocks also keep a short hash of each row, to tell which one is not as it was.
"""

from __future__ import annotations

import hashlib
import struct
from collections.abc import Iterator, Mapping, Sequence
from typing import Final, NamedTuple

import msgspec

_FORMAT: Final = b"litso audit 1\n"
_MEMBER: Final = struct.Struct(">q8s")
_SHORT: Final = 8

BEGINNING: Final = bytes(32)
"""The hash before the first block."""


class Row(NamedTuple):
    """A row of the audit as it is hashed. `at` is in microseconds since 1970, UTC."""

    audit_id: int
    at: int
    actor: str
    action: str
    party_id: str | None
    object: str
    fields: list[str]
    purpose: str
    scope: str
    found: int | None
    version: int | None


class Block(NamedTuple):
    """Sealed rows. `last_id`: ids up to it are sealed or are gaps; `members`: 16 bytes a row, its id and its short
    hash; `sealed_at` in microseconds since 1970."""

    block_id: int
    previous: bytes
    hash: bytes
    last_id: int
    members: bytes
    sealed_at: int


class Fault(NamedTuple):
    """A block that is not as it was sealed, in words, and the rows concerned as far as they can be told."""

    block_id: int
    what: str
    rows: tuple[int, ...] = ()


def line_of(row: Row) -> bytes:
    """The canonical form of a row: a JSON array without spaces, in UTF-8."""
    return msgspec.json.encode(row)


def seal(previous: Block | None, rows: Sequence[Row], *, sealed_at: int) -> Block:
    """The block of `rows`, which are in the order of their ids, after another one."""
    block_id, before, last_id = (1, BEGINNING, 0) if previous is None else (previous.block_id + 1, *previous[2:4])
    lines = [line_of(row) for row in rows]
    last = max(last_id, rows[-1].audit_id)
    members = b"".join(_member(row.audit_id, line) for row, line in zip(rows, lines, strict=True))
    return Block(block_id, before, _hash(block_id, before, last, sealed_at, lines), last, members, sealed_at)


def _member(audit_id: int, line: bytes) -> bytes:
    return _MEMBER.pack(audit_id, hashlib.sha256(line).digest()[:_SHORT])


def _hash(block_id: int, previous: bytes, last_id: int, sealed_at: int, lines: Sequence[bytes]) -> bytes:
    figures = msgspec.json.encode((block_id, last_id, sealed_at, len(lines)))
    return hashlib.sha256(b"\n".join((_FORMAT + previous, figures, *lines))).digest()


def ids_of(block: Block) -> list[int]:
    """Ids of the rows of a block."""
    return [audit_id for audit_id, _ in _members(block)]


def count_of(block: Block) -> int:
    """How many rows a block has."""
    return len(block.members) // _MEMBER.size


def _members(block: Block) -> Iterator[tuple[int, bytes]]:
    whole = count_of(block) * _MEMBER.size
    return ((audit_id, short) for audit_id, short in _MEMBER.iter_unpack(block.members[:whole]))


def link_fault(block: Block, previous: Block | None) -> Fault | None:
    """What is wrong between a block and the one before it."""
    block_id, before, last_id = (0, BEGINNING, 0) if previous is None else (previous.block_id, *previous[2:4])
    if block.block_id != block_id + 1:
        return Fault(block.block_id, "blocks before it are gone")
    if block.previous != before:
        return Fault(block.block_id, "it does not follow the block before it")
    return Fault(block.block_id, "its ids go back") if block.last_id < last_id else None


def rows_fault(block: Block, rows: Mapping[int, Row]) -> Fault | None:
    """What is wrong with the rows of a block. rows: those that there are now, by id."""
    lines, wrong = [], []
    for audit_id, short in _members(block):
        row = rows.get(audit_id)
        line = b"" if row is None else line_of(row)
        lines.append(line)
        if row is None or hashlib.sha256(line).digest()[:_SHORT] != short:
            wrong.append(audit_id)
    if wrong:
        gone = [audit_id for audit_id in wrong if audit_id not in rows]
        return Fault(block.block_id, "rows are gone" if gone == wrong else "rows were changed", tuple(wrong))
    if _hash(block.block_id, block.previous, block.last_id, block.sealed_at, lines) != block.hash:
        return Fault(block.block_id, "the block itself was changed")
    return None


def head_line(block: Block) -> str:
    """The head of the chain as it is kept elsewhere: «17 5f2c…», number and hash of the last block."""
    return f"{block.block_id} {block.hash.hex()}"

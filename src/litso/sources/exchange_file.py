"""Statements in the text of 1C for banks (`1CClientBankExchange`): a row a document, checked against the totals.

Columns are the names that the file gives its fields, and `Документ` (the kind), `РасчСчет` (the account of the
statement) and `Направление` (приход, расход, внутренний). Turnovers and balances of the accounts must agree with the
documents, and the end of the file must be there; else every document goes to quarantine.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import chain, islice
from pathlib import Path
from typing import Final

import pyarrow as pa

from litso.sources.blocks import TextFile, open_text, read_blocks
from litso.sources.damage import too_long, undecodable
from litso.sources.encoding import UTF8, is_utf8
from litso.sources.mapping import Mapping
from litso.sources.quarantine import Rejected, reject
from litso.sources.raw import RawBatch, SourceFile, payload_of, payload_of_text
from litso.sources.totals import Disagreement, amount, disagreement, no_totals, whole_or_nothing

BEGINNING: Final = "1CClientBankExchange"
END: Final = "КонецФайла"
KIND, ACCOUNT, DIRECTION = "Документ", "РасчСчет", "Направление"
RECEIPT, EXPENSE, INTERNAL = "приход", "расход", "внутренний"

_FILE, _ACCOUNT, _DOCUMENT = "file", "account", "document"
_OPENS: Final = {"СекцияРасчСчет": _ACCOUNT, "СекцияДокумент": _DOCUMENT}
_CLOSES: Final = {"КонецРасчСчет": _ACCOUNT, "КонецДокумента": _DOCUMENT, END: _FILE}
_PAYER: Final = ("ПлательщикСчет", "ПлательщикРасчСчет")
_RECEIVER: Final = ("ПолучательСчет", "ПолучательРасчСчет")
_LOOKED_AT: Final = 2_000
_MOST_FIELDS: Final = 500
_BATCH: Final = 4_096


@dataclass(slots=True)
class _Section:
    """A part of the file from a line on. position: bytes read so far; rejected: why it cannot be a row.

    What stands between sections is of the file.
    """

    kind: str
    line: int
    fields: dict[str, str] = field(default_factory=dict)
    position: int = 0
    is_closed: bool = False
    rejected: Rejected | None = None

    def keep(self, text: str) -> None:
        """A field, or more of the one before; one that comes again goes on, too."""
        name, equals, value = (part.strip() for part in text.partition("="))
        if not equals:
            name, value = next(reversed(self.fields), ""), text.strip()
        if not name or not value or len(self.fields) >= _MOST_FIELDS:
            return
        self.fields[name] = f"{self.fields[name]} {value}" if name in self.fields else value

    def first(self, names: Sequence[str]) -> str:
        """The first of some fields that is there."""
        return next((self.fields[name] for name in names if name in self.fields), "")

    @property
    def amount(self) -> Decimal:
        """The sum of a document."""
        return amount(self.fields.get("Сумма", "")) or Decimal(0)


def open_exchange(path: Path, mapping: Mapping, is_gzip: bool = False) -> SourceFile:
    """Open a statement. Its documents are all good or, where the totals disagree with them, all in quarantine."""
    text, _ = open_text(path, is_gzip, mapping.encoding)
    first = list(islice(_documents(text), _LOOKED_AT))
    met = chain.from_iterable(section.fields for section in first) if first else mapping.columns()

    def read(rows: int, only: Collection[str] | None) -> Iterator[RawBatch]:
        documents = _documents(text)
        while part := list(islice(documents, min(rows, _BATCH))):
            yield _batch(part, only)

    file = SourceFile(
        path=path,
        format="1c-bank",
        columns=tuple(dict.fromkeys((KIND, ACCOUNT, DIRECTION, *met))),
        size=path.stat().st_size,
        reader=read,
        encoding=text.encoding,
        is_sparse=True,
    )
    return whole_or_nothing(file, lambda: _check(text))


# Sections -------------------------------------------------------------------------------------------------------


def _sections(text: TextFile) -> Iterator[_Section]:
    """Sections as they come. One of the file is closed where the end of the file stands."""
    section = _Section(_FILE, 1)
    for block in read_blocks(text):
        for number, raw in enumerate(block.data.split(b"\n")[:-1], start=block.line):
            if block.overlong or not is_utf8(raw):
                section.rejected = _damaged(number, raw, block.overlong, text.encoding)
                continue
            line = raw.decode(UTF8)
            name, _, value = (part.strip() for part in line.partition("="))
            if name not in _OPENS and name not in _CLOSES:
                section.keep(line)
                continue
            section.position, section.is_closed = block.position, _CLOSES.get(name) == section.kind
            yield section
            section = _Section(_OPENS.get(name, _FILE), number)
            if section.kind == _DOCUMENT and value:
                section.fields[KIND] = value
    yield section


def _damaged(line: int, raw: bytes, size: int, encoding: str) -> Rejected:
    return too_long(line, raw, size) if size else undecodable(line, raw, encoding, payload_of_text)


def _documents(text: TextFile) -> Iterator[_Section]:
    """Documents, with the account of the statement and the direction; one that is not closed is rejected."""
    accounts: set[str] = set()
    for section in _sections(text):
        if section.kind != _DOCUMENT:
            accounts.update(section.fields.get(ACCOUNT, "").split())
            continue
        payer, receiver = section.first(_PAYER) in accounts, section.first(_RECEIVER) in accounts
        if payer or receiver:
            section.fields[ACCOUNT] = section.first(_RECEIVER if receiver else _PAYER)
            section.fields[DIRECTION] = INTERNAL if payer and receiver else RECEIPT if receiver else EXPENSE
        if not section.is_closed and section.rejected is None:
            section.rejected = reject("cut_short", section.line, payload_of(section.fields), found=0, expected=0)
        yield section


def _batch(part: Sequence[_Section], only: Collection[str] | None) -> RawBatch:
    """Columns in the order of the alphabet, so that equal rows give equal payloads."""
    good = [section for section in part if section.rejected is None]
    rejected = [section.rejected for section in part if section.rejected is not None]
    names = sorted({name for section in good for name in section.fields}) if only is None else list(only)
    columns = {name: pa.array([section.fields.get(name) for section in good], pa.string()) for name in names}
    table = pa.table(columns or {"": pa.nulls(len(good), pa.string())})
    return RawBatch(table, pa.array([section.line for section in good], pa.int64()), rejected, part[-1].position)


# Totals ---------------------------------------------------------------------------------------------------------


def _check(text: TextFile) -> Disagreement | None:
    is_ended, turnovers = False, _Turnovers()
    for section in _sections(text):
        is_ended |= section.kind == _FILE and section.is_closed
        if section.kind == _ACCOUNT and (wrong := turnovers.state(section)):
            return wrong
        if section.kind == _DOCUMENT and section.rejected is None and section.is_closed:
            turnovers.add(section)
    return turnovers.compared() if is_ended else no_totals(END)


class _Turnovers:
    """What accounts are said to have received and spent, and what their documents come to."""

    def __init__(self) -> None:
        self._stated: dict[tuple[str, str], Decimal] = {}
        self._found: dict[tuple[str, str], Decimal] = {}

    def state(self, section: _Section) -> Disagreement | None:
        """Note a section of an account; its balances must agree with its turnovers."""
        names = ("НачальныйОстаток", "ВсегоПоступило", "ВсегоСписано", "КонечныйОстаток")
        before, received, spent, after = (amount(section.fields.get(name, "")) for name in names)
        account = section.fields.get(ACCOUNT, "")
        for way, total in ((RECEIPT, received), (EXPENSE, spent)):
            if total is not None:
                self._stated[account, way] = self._stated.get((account, way), Decimal(0)) + total
        if before is None or after is None:
            return None
        return disagreement("остаток", before + (received or 0) - (spent or 0), after)

    def add(self, document: _Section) -> None:
        """Note a document."""
        for way, names in ((RECEIPT, _RECEIVER), (EXPENSE, _PAYER)):
            key = document.first(names), way
            self._found[key] = self._found.get(key, Decimal(0)) + document.amount

    def compared(self) -> Disagreement | None:
        """The first turnover that the documents do not come to."""
        for key, total in self._stated.items():
            if wrong := disagreement(key[1], self._found.get(key, Decimal(0)), total):
                return wrong
        return None

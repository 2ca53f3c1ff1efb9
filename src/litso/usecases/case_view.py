"""One case as a steward looks at it: records side by side, why it is asked, and what either answer would change."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from difflib import SequenceMatcher
from typing import Any, Final, NamedTuple

from litso.domain.case import LIVE
from litso.errors import NotFound
from litso.golden.documents import golden_values
from litso.golden.policy import QUALITY_OF
from litso.golden.records import golden_record
from litso.store import audit, cases, golden, locks, records, sources
from litso.store.cases import Case, Verdict
from litso.store.database import Connection, beyond
from litso.store.records import Record
from litso.usecases.access import Actor, demand, seen, sight_of
from litso.usecases.case_desk import get_case, tag_of, verdicts_shown
from litso.usecases.explaining import Answer, explain_store
from litso.usecases.increment import members_of
from litso.usecases.masking import Sight, masked_values, text_of
from litso.usecases.operations import Effects, foresee
from litso.usecases.profiles import source_titles
from litso.usecases.reconciliation import current_model
from litso.usecases.survivorship import in_force

MOST: Final = 5
"""Records side by side at most."""

FIELDS: Final = ("full_name", "company", "birth_date", "gender", "phones", "emails", "accounts", "address", "snils",
                 "inn", "ogrn", "kpp", "passport", "national_id")  # fmt: skip

EQUAL, CLOSE, OTHER, ABSENT = "=", "≈", "≠", ""

_CLOSE: Final = 0.6
"""Share of equal characters from which two texts are close."""


class Piece(NamedTuple):
    """A part of a value; `is_other`: the value it is compared with has something else there."""

    text: str
    is_other: bool


class Shown(NamedTuple):
    """A value of one record beside that of the first: how it compares, its pieces, and its quality code."""

    mark: str
    pieces: tuple[Piece, ...]
    qc: int | None


class Column(NamedTuple):
    """A record; `side` is 0 or 1: with which of the two records asked about it is now."""

    source: str
    source_id: str
    title: str
    party_id: str | None
    side: int
    is_asked: bool
    updated_at: datetime | None
    received_at: datetime
    is_gone: bool


class Line(NamedTuple):
    """One attribute of all records; `mark` compares the two that are asked about."""

    attribute: str
    mark: str
    cells: tuple[Shown, ...]


class Change(NamedTuple):
    """A golden value of each party now, and of the one party then."""

    attribute: str
    now: tuple[str, ...]
    then: str


class Review(NamedTuple):
    """A case with all that is needed to decide it.

    others: how many further records the parties have. asked: the verdict whose effects are told (`same` where there are
    two parties, `different` where there is one); effects: None where they cannot be told now. golden: values that a
    merge would change. explanation: None where a record is gone.
    """

    case: Case
    tag: str
    verdicts: tuple[Verdict, ...]
    columns: tuple[Column, ...]
    lines: tuple[Line, ...]
    others: int
    explanation: Answer | None
    asked: str
    effects: Effects | None
    golden: tuple[Change, ...]


def review(connection: Connection, actor: Actor, case_id: int, *, purpose: str | None = None) -> Review:
    """A case as the actor may see it; the read is logged first, contacts and documents are masked without a purpose."""
    demand(actor, "judge")
    sight, logged = sight_of(actor, purpose)
    case = get_case(connection, actor, case_id)
    for party in case.party_ids:
        action = "reveal" if purpose else "records"
        audit.write(connection, actor=actor.name, action=action, party_id=party, fields=FIELDS, purpose=logged)
    shown, others = _chosen(connection, case)
    columns = _columns(connection, case, shown)
    is_pair = len({column.party_id for column in columns if column.party_id}) > 1
    asked = "same" if is_pair else "different"
    present = sorted({column.party_id for column in columns if column.party_id})
    golden_after = tuple(_golden_after(connection, present, sight)) if is_pair else ()
    explained = _explained(connection, actor, case, purpose)
    # Last, as whoever resolves waits for the end of this transaction.
    effects = _effects(connection, actor, case, asked)
    return Review(
        case,
        tag_of(connection, case),
        tuple(verdicts_shown(actor, case, cases.verdicts(connection, case_id))),
        columns,
        tuple(_lines(shown, sight)),
        others,
        explained,
        asked,
        effects,
        golden_after,
    )


# Records side by side ---------------------------------------------------------------------------------------------


def _chosen(connection: Connection, case: Case) -> tuple[list[Record], int]:
    """The two records asked about, then further ones of their parties, those that say the most first; and the rest."""
    found = {(one.source, one.source_id): one for one in records.find_many(connection, [case.left, case.right])}
    if len(found) < 2:
        raise NotFound(f"the records of case {case.case_id} are gone")
    first, second = found[case.left], found[case.right]
    nodes = {first.node_id, second.node_id}
    parties = dict.fromkeys(party for party in (first.party_id, second.party_id) if party)
    beside = [[one for one in records.of_party(connection, party) if one.node_id not in nodes] for party in parties]
    ranked = [sorted(side, key=lambda one: (-_said(one), one.source, one.source_id)) for side in beside]
    further = _in_turn([_each_node_once(side) for side in ranked])
    shown = [first, second, *further[: MOST - 2]]
    total = sum(len(records.of_party(connection, party)) for party in parties)
    return shown, max(0, total - len(shown))


def _said(record: Record) -> int:
    """How many attributes a record has."""
    return sum(bool(record.standard.get(name)) for name in FIELDS)


def _each_node_once(found: Sequence[Record]) -> list[Record]:
    return list({one.node_id: one for one in reversed(found)}.values())[::-1]


def _in_turn(sides: Sequence[Sequence[Record]]) -> list[Record]:
    """One of each side after the other."""
    longest = max(map(len, sides), default=0)
    return [side[place] for place in range(longest) for side in sides if place < len(side)]


def _columns(connection: Connection, case: Case, shown: Sequence[Record]) -> tuple[Column, ...]:
    titles = source_titles(connection)
    left = shown[0].party_id
    return tuple(
        Column(
            one.source,
            one.source_id,
            titles.get(one.source, one.source),
            one.party_id,
            0 if one.party_id == left else 1,
            (one.source, one.source_id) in (case.left, case.right),
            one.updated_at,
            one.received_at,
            one.node_id is None,
        )
        for one in shown
    )


def _lines(shown: Sequence[Record], sight: Sight) -> Iterator[Line]:
    """Attributes that some record has, each compared with the first record; the first with the second."""
    values = [masked_values(one.standard, sight, one.kind) for one in shown]
    for name in FIELDS:
        texts = [text_of(one.get(name)) for one in values]
        if any(texts):
            codes = [one.standard.get(QUALITY_OF.get(name, f"qc_{name}")) for one in shown]
            beside = [texts[1], *[texts[0]] * (len(texts) - 1)]
            raw = [one.standard.get(name) for one in shown]
            marks = [_mark(one, other) for one, other in zip(raw, [raw[1], *[raw[0]] * (len(raw) - 1)], strict=True)]
            cells = zip(marks, map(pieces, texts, beside), codes, strict=True)
            yield Line(name, marks[0], tuple(Shown(*cell) for cell in cells))


def _mark(one: Any, other: Any) -> str:
    """How two values compare, whatever of them is shown."""
    if not one or not other:
        return ABSENT
    if one == other:
        return EQUAL
    if isinstance(one, list):
        return CLOSE if set(one) & set(other) else OTHER
    return CLOSE if SequenceMatcher(None, str(one).lower(), str(other).lower(), False).ratio() >= _CLOSE else OTHER


def pieces(text: str, other: str) -> tuple[Piece, ...]:
    """A text cut where it differs from another one, character by character, whatever their case.

    It stays whole where there is nothing to compare.
    """
    one, two = text.lower(), other.lower()
    if not text or not other or one == two or len(one) != len(text):
        return (Piece(text, False),) if text else ()
    blocks = SequenceMatcher(None, one, two, False).get_opcodes()
    return tuple(Piece(text[start:end], what != "equal") for what, start, end, _, _ in blocks if end > start)


# Why, and what it changes -----------------------------------------------------------------------------------------


def _explained(connection: Connection, actor: Actor, case: Case, purpose: str | None) -> Answer | None:
    try:
        return explain_store(connection, actor, case.left, case.right, purpose=purpose)
    except NotFound:
        return None


def _effects(connection: Connection, actor: Actor, case: Case, verdict: str) -> Effects | None:
    """What the verdict that changes something would change; None while a load holds the store, or there is no need."""
    if case.state not in LIVE or not locks.try_lock(connection, locks.RESOLUTION):
        return None
    try:
        with beyond(connection):
            found = foresee(connection, actor, verdict, case.left, case.right)
        touched = {one.party_id for one in found.before if one.party_id}
        return found if touched == seen(connection, actor, touched) else None
    except NotFound:
        return None


def _golden_after(connection: Connection, party_ids: Sequence[str], sight: Sight) -> Iterator[Change]:
    """Golden values of the parties now and of all their records together, where they differ."""
    _, customs = current_model(connection)
    priorities = {source.name: source.priority for source in sources.list_all(connection)}
    members = members_of(connection, party_ids, customs, priorities)
    rows = [row | {"party_id": party_ids[0]} for party in party_ids for row in members.get(party, ())]
    present = golden.find_many(connection, party_ids)
    if not rows or len(present) < len(party_ids):
        return
    survivorship = in_force(connection, set(party_ids))
    held = [pin for party in party_ids for pin in survivorship.pins.get(party, ())]
    together = golden_record(rows, survivorship.policy, held, survivorship.dates)
    then = masked_values(golden_values(together), sight, rows[0]["kind"])
    now = [masked_values(present[party].golden_values, sight, present[party].kind) for party in party_ids]
    for name in FIELDS:
        texts = tuple(text_of(one.get(name)) for one in now)
        after = text_of(then.get(name))
        if any(text != after for text in texts):
            yield Change(name, texts, after)

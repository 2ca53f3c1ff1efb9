"""Judgements in bulk: from a file or from open links, rehearsed, applied chunk by chunk, undone as one operation.

A rehearsal does it all and rolls it back, so what it tells is what applying does. Each chunk is a transaction of its
own: one that was killed goes on where it stopped.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final, NamedTuple

from litso.domain.case import KINDS, OPEN
from litso.errors import BadUsage, Conflict, LitsoError, Transient
from litso.privacy.consent import Subject, allowed
from litso.store import audit, cases, consumers, crosswalk, golden, judgements, locks, operations
from litso.store.database import Connection, Store
from litso.store.judgements import SourceKey, Verdict
from litso.store.operations import Operation, Row
from litso.usecases.access import Actor, demand
from litso.usecases.case_desk import needs_two
from litso.usecases.case_refresh import total
from litso.usecases.increment import Cause
from litso.usecases.operations import (
    demand_on_top,
    demand_reason,
    held_consents,
    parties_of,
    shift_of,
    touched_by,
    undo_entries,
)
from litso.usecases.reconciliation import current_model
from litso.usecases.stewardship import VERDICTS, reconsider
from litso.usecases.table_files import BadRow, TableRow, read_rows
from litso.usecases.together import evidence_steps

OnChunk = Callable[[int, int], None]
"""Called with (rows done, of)."""

CHUNK: Final = 500
"""Judgements of one transaction."""
MOST: Final = 200_000
"""Judgements of one operation."""

_SIDES: Final = ("left_source", "left_id", "right_source", "right_id")
_SHOWN: Final = 100
"""Bad rows, conflicts and samples that a rehearsal names."""


class LinkFilter(NamedTuple):
    """Open links to judge alike: with a weight in (above, below], of a source, for which a claim of evidence speaks."""

    verdict: str
    above: float
    below: float | None = None
    source: str | None = None
    evidence: str | None = None


class CaseFilter(NamedTuple):
    """Cases that wait to be decided alike: of a kind, with a record of a source, at least of a value."""

    verdict: str
    kind: str
    source: str | None = None
    value: int = 0


class Pair(NamedTuple):
    """A judgement that a program hands over."""

    left: SourceKey
    right: SourceKey
    verdict: str
    reason: str = ""


# What is to be judged -------------------------------------------------------------------------------------------


Given = Path | LinkFilter | CaseFilter | Sequence[Pair]


def begin(store: Store, actor: Actor, given: Given, *, reason: str) -> Operation:
    """Take the pairs of a file, of a filter or of a program, check them, and begin a rehearsal.

    A file has the columns left_source, left_id, right_source, right_id, verdict, and maybe reason. BadUsage when not a
    single row can be taken.
    """
    demand(actor, "judge_many")
    demand_reason(reason)
    with store.transaction() as connection:
        if isinstance(given, LinkFilter):
            rows, bad = list(_of_links(connection, given)), list[BadRow]()
        elif isinstance(given, CaseFilter):
            rows, bad = _of_cases(connection, actor, given)
        else:
            rows, bad = _checked(connection, _table_of(given))
        if not rows:
            raise BadUsage(f"there is nothing to judge{_first_of(bad)}")
        if len(rows) > MOST:
            raise BadUsage(f"{len(rows)} judgements are too many at once, {MOST} at most")
        number = operations.add(connection, kind="bulk", author=actor.name, reason=reason, status="rehearsing")
        operations.add_rows(connection, number, rows)
        told = {"rows": len(rows), "bad_rows": len(bad), "bad": [one._asdict() for one in bad[:_SHOWN]]}
        operations.change(connection, number, "rehearsing", outlook=told)
        return operations.get(connection, number)


def _first_of(bad: Sequence[BadRow]) -> str:
    if not bad:
        return ""
    place = "" if bad[0].line is None else f"line {bad[0].line}, column {bad[0].column}: "
    return f"; {place}{bad[0].message}"


def _demand_verdict(verdict: str) -> None:
    if verdict not in VERDICTS:
        raise BadUsage(f"a verdict is one of {', '.join(VERDICTS)}, not {verdict!r}")


def _of_cases(connection: Connection, actor: Actor, wanted: CaseFilter) -> tuple[list[Row], list[BadRow]]:
    """The records asked about, and the cases that are not one person's to decide at once."""
    _demand_verdict(wanted.verdict)
    if wanted.kind not in KINDS:
        raise BadUsage(f"a kind of cases is one of {', '.join(KINDS)}")
    rules = cases.rules(connection)
    chosen = cases.Filter(wanted.kind, wanted.source, wanted.value)
    rows: dict[tuple[SourceKey, SourceKey], Row] = {}
    bad: list[BadRow] = []
    for case in cases.queue(connection, chosen, actor.name, limit=MOST + 1):
        if case.state != OPEN or needs_two(rules, case):
            bad.append(BadRow(None, None, f"case {case.case_id} is for two persons to decide"))
        elif case.is_claimed and case.claimed_by != actor.name:
            bad.append(BadRow(None, None, f"somebody else is at case {case.case_id}"))
        else:
            left, right = sorted([case.left, case.right])
            rows.setdefault((left, right), Row(len(rows) + 1, None, wanted.verdict, *left, *right, ""))
    return list(rows.values()), bad


def _of_links(connection: Connection, wanted: LinkFilter) -> Iterator[Row]:
    _demand_verdict(wanted.verdict)
    model, _ = current_model(connection)
    known = {claim.name for kind in model.kinds for claim in model.claims(kind)}
    if wanted.evidence is not None and wanted.evidence not in known:
        raise BadUsage(f"evidence is one of {', '.join(sorted(known))}")
    place = 0
    for link in operations.open_links(connection, above=wanted.above, below=wanted.below, source=wanted.source):
        steps = evidence_steps(model, link.kind, link.levels)
        if wanted.evidence is None or any(step.claim == wanted.evidence and step.weight > 0 for step in steps):
            place += 1
            left, right = sorted([(link.left_source, link.left_id), (link.right_source, link.right_id)])
            yield Row(place, None, wanted.verdict, *left, *right, "")


def _table_of(given: Path | Sequence[Pair]) -> Iterable[TableRow | BadRow]:
    if isinstance(given, Path):
        return read_rows(given, (*_SIDES, "verdict"), ("reason",))
    columns = (*_SIDES, "verdict", "reason")
    return (
        TableRow(place, dict(zip(columns, (*one.left, *one.right, one.verdict, one.reason), strict=True)))
        for place, one in enumerate(given, start=1)
    )


def _checked(connection: Connection, table: Iterable[TableRow | BadRow]) -> tuple[list[Row], list[BadRow]]:
    """Rows that can be taken, and those that cannot."""
    rows: list[Row] = []
    bad: list[BadRow] = []
    seen: dict[tuple[SourceKey, SourceKey], int] = {}
    for given in table:
        found = given if isinstance(given, BadRow) else _row(given, len(rows) + 1, seen)
        rows.append(found) if isinstance(found, Row) else bad.append(found)
    known = crosswalk.of_keys(connection, {side for row in rows for side in _sides(row)})
    lost = {row.place: BadRow(row.line, column, "there is no such record")
            for row in rows for column, side in zip(("left_id", "right_id"), _sides(row), strict=True)
            if side not in known}  # fmt: skip
    kept = [row for row in rows if row.place not in lost]
    return kept, sorted([*bad, *lost.values()], key=lambda one: one.line or 0)


def _row(given: TableRow, place: int, seen: dict[tuple[SourceKey, SourceKey], int]) -> Row | BadRow:
    values = given.values
    empty = next((name for name in _SIDES if not values[name]), None)
    if empty:
        return BadRow(given.line, empty, "a source and a key are expected")
    verdict = values["verdict"].casefold()
    if verdict not in VERDICTS:
        return BadRow(given.line, "verdict", f"a verdict is one of {', '.join(VERDICTS)}")
    left, right = sorted([(values["left_source"], values["left_id"]), (values["right_source"], values["right_id"])])
    if left == right:
        return BadRow(given.line, "right_id", "a judgement is about two different records")
    if (left, right) in seen:
        return BadRow(given.line, "right_id", f"the pair is judged in line {seen[left, right]} already")
    seen[left, right] = given.line
    return Row(place, given.line, verdict, *left, *right, values.get("reason", "")[:500])


def _sides(row: Row) -> tuple[SourceKey, SourceKey]:
    return (row.left_source, row.left_id), (row.right_source, row.right_id)


# Rehearsing -----------------------------------------------------------------------------------------------------


def rehearse(store: Store, actor: Actor, operation_id: int, *, on_chunk: OnChunk = lambda done, of: None) -> Operation:
    """Foresee what an operation changes, by doing it and rolling it back; nobody else resolves meanwhile."""
    demand(actor, "judge_many")
    with store.transaction() as connection:
        _demand_status(operations.get(connection, operation_id), "rehearsing")
    try:
        with store.transaction() as connection:
            locks.lock_resolution(connection)
            found = operations.get(connection, operation_id, lock=True)
            outlook = _foreseen(connection, actor, operation_id, on_chunk)
            operations.change(connection, operation_id, "rehearsed", outlook=found.outlook | outlook)
            return operations.get(connection, operation_id)
    except Transient:
        raise  # it can be done again
    except LitsoError as error:
        with store.transaction() as connection:
            operations.change(connection, operation_id, "failed", error=str(error))
        raise


def _demand_status(found: Operation, *wanted: str) -> None:
    if found.kind != "bulk" or found.status not in wanted:
        raise Conflict(f"operation {found.operation_id} is {found.status}, not {' or '.join(wanted)}")


def _foreseen(connection: Connection, actor: Actor, operation_id: int, on_chunk: OnChunk) -> dict[str, Any]:
    otherwise = operations.judged_otherwise(connection, operation_id)
    touched, rows = set[str](), list[Row]()
    with connection.transaction(force_rollback=True):
        while chunk := _enter_chunk(connection, actor, operation_id, CHUNK, touched):
            rows += chunk
            _tell(connection, operation_id, on_chunk)
        after = crosswalk.keys_of(connection, touched)
        allowed_then = _allowed(connection, after)
        resisting = _resisting(connection, rows)
    before = crosswalk.of_keys(connection, after)
    allowed_now = _allowed(connection, before)
    shift = shift_of(before, after)
    moved = {party for key, party in before.items() if after[key] != party}
    return {
        **{verdict: sum(row.verdict == verdict for row in rows) for verdict in VERDICTS},
        "parties_before": len(set(before.values())),
        "parties_after": len(set(after.values())),
        "ids_redirected": len(shift.redirected),
        "ids_new": len(shift.created),
        "records_moved": sum(shift.systems.values()),
        "systems": shift.systems,
        **_hanging(connection, moved),
        "consumers": [one.name for one in consumers.list_all(connection) if one.status == consumers.ACTIVE],
        "narrowed": len(allowed_now - allowed_then),
        "returned": len(allowed_then - allowed_now),
        "conflicts": len(otherwise),
        "conflict_rows": [one._asdict() for one in otherwise[:_SHOWN]],
        "resisting": len(resisting),
        "resisting_rows": [{"line": row.line, "place": row.place} for row in resisting[:_SHOWN]],
        "samples": _samples(before, after),
    }


def _enter_chunk(
    connection: Connection, actor: Actor, operation_id: int, size: int, touched: set[str] | None = None
) -> list[Row]:
    """Enter the next rows and resolve accordingly; answers them. The parties that changed are added to `touched`."""
    rows = operations.waiting(connection, operation_id, size)
    if rows:
        entries = [Verdict(row.verdict, *_sides(row), row.reason) for row in rows]
        numbers = judgements.add_many(connection, entries, actor.name, operation_id)
        operations.mark(connection, operation_id, [row.place for row in rows], numbers)
        keys = sorted({side for row in rows for side in _sides(row)})
        changed = touched_by(reconsider(connection, keys, Cause("judgement")))
        if touched is not None:
            touched |= changed | parties_of(connection, keys)
    return rows


def _tell(connection: Connection, operation_id: int, on_chunk: OnChunk) -> None:
    state = operations.progress(connection, operation_id)
    on_chunk(state.rows - state.waiting, state.rows)


def _allowed(connection: Connection, party_of: Mapping[SourceKey, str]) -> set[Subject]:
    """What is permitted by any of the parties."""
    held = held_consents(connection, sorted(set(party_of.values())))
    return {subject for one in held.values() for subject in allowed(one)}


def _resisting(connection: Connection, rows: Sequence[Row]) -> list[Row]:
    """Rows that say «same» of records that stay apart: a veto or their kinds are stronger."""
    party_of = crosswalk.of_keys(connection, {side for row in rows for side in _sides(row)})
    apart = (row for row in rows if len({party_of.get(side) for side in _sides(row)}) > 1)
    return [row for row in apart if row.verdict == "same"]


def _hanging(connection: Connection, parties: set[str]) -> dict[str, int]:
    """What hangs on parties: their accounts, each once, the facts of these and the messages among them."""
    found = golden.find_many(connection, sorted(parties)).values()
    stakes = total(list(cases.stakes(connection, sorted(parties)).values()))
    accounts = {account for one in found for account in one.golden_values.get("accounts") or ()}
    return {"accounts": len(accounts), "facts": stakes.facts, "messages": stakes.messages}


def _samples(before: Mapping[SourceKey, str], after: Mapping[SourceKey, str]) -> list[dict[str, Any]]:
    """Parties that would change together, as they are now, those with the most records first."""
    formers: dict[str, set[str]] = defaultdict(set)
    heirs: dict[str, set[str]] = defaultdict(set)
    for key, party in before.items():
        formers[after[key]].add(party)
        heirs[party].add(after[key])
    size = Counter(before.values())
    merges = [("merge", sorted(parties)) for parties in formers.values() if len(parties) > 1]
    splits = [("split", [party]) for party, parties in heirs.items() if len(parties) > 1]
    ordered = sorted((*merges, *splits), key=lambda one: (-sum(size[party] for party in one[1]), one))
    return [
        {"what": what, "parties": parties, "records": sum(size[party] for party in parties)}
        for what, parties in ordered[:_SHOWN]
    ]


class Named(NamedTuple):
    """Parties that change together, as they are called now: (party id, name or None where the id has ended)."""

    what: str
    records: int
    parties: tuple[tuple[str, str | None], ...]


def name_samples(connection: Connection, actor: Actor, found: Operation) -> list[Named]:
    """Samples of what an operation merges and splits, with names; the read is logged first."""
    demand(actor, "judge_many")
    samples = found.outlook.get("samples", ())
    known = golden.find_many(connection, sorted({party for one in samples for party in one["parties"]}))
    read = [(one.party_id, ("operation", "full_name"), one.version) for one in known.values()]
    audit.write_many(connection, actor=actor.name, action="records", purpose="", read=read)
    return [
        Named(
            one["what"],
            one["records"],
            tuple((party, known[party].name if party in known else None) for party in one["parties"]),
        )
        for one in samples
    ]


# Applying and back ----------------------------------------------------------------------------------------------


def start_apply(store: Store, actor: Actor, operation_id: int) -> Operation:
    """Note that a rehearsed operation is being applied; Conflict when it cannot be."""
    demand(actor, "judge_many")
    with store.transaction() as connection:
        _demand_status(operations.get(connection, operation_id, lock=True), "rehearsed", "applying")
        operations.change(connection, operation_id, "applying")
        return operations.get(connection, operation_id)


def apply(
    store: Store,
    actor: Actor,
    operation_id: int,
    *,
    chunk: int = CHUNK,
    most: int | None = None,
    on_chunk: OnChunk = lambda done, of: None,
) -> Operation:
    """Enter the judgements of a rehearsed operation. One that was interrupted goes on; `most` stops after so many
    chunks."""
    start_apply(store, actor, operation_id)
    done = 0
    while most is None or done < most:
        with store.transaction() as connection:
            locks.lock_resolution(connection)
            _demand_status(operations.get(connection, operation_id, lock=True), "applying")
            if not _enter_chunk(connection, actor, operation_id, chunk):
                operations.change(connection, operation_id, "applied")
                break
            _tell(connection, operation_id, on_chunk)
        done += 1
    with store.transaction() as connection:
        return operations.get(connection, operation_id)


def start_undo(store: Store, actor: Actor, operation_id: int) -> Operation:
    """Note that an operation is being undone; Conflict when it cannot be, or a later judgement stands over it."""
    demand(actor, "judge_many")
    with store.transaction() as connection:
        _demand_status(operations.get(connection, operation_id, lock=True), "applying", "applied", "undoing")
        demand_on_top(connection, operation_id)
        operations.change(connection, operation_id, "undoing", undone_by=actor.name)
        return operations.get(connection, operation_id)


def undo(
    store: Store,
    actor: Actor,
    operation_id: int,
    *,
    chunk: int = CHUNK,
    most: int | None = None,
    on_chunk: OnChunk = lambda done, of: None,
) -> Operation:
    """Take all judgements of an operation back, the last first. One that was interrupted goes on."""
    start_undo(store, actor, operation_id)
    done = taken = 0
    while most is None or done < most:
        with store.transaction() as connection:
            locks.lock_resolution(connection)
            found = operations.get(connection, operation_id, lock=True)
            _demand_status(found, "undoing")
            standing = operations.standing(connection, operation_id, chunk)
            if not standing:
                operations.change(connection, operation_id, "undone")
                break
            undo_entries(connection, actor, standing)
            taken += len(standing)
            on_chunk(taken, found.outlook["rows"])
        done += 1
    with store.transaction() as connection:
        return operations.get(connection, operation_id)

"""Cases: questions put to stewards, what they said, and the parties whose cases are to be derived anew."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any, Final, NamedTuple
from uuid import UUID

import pyarrow as pa
from psycopg.rows import dict_row
from psycopg.types.json import Jsonb

from litso.domain.case import Ground, Stakes
from litso.errors import NotFound
from litso.store.bulk import read_table
from litso.store.database import Connection, array_of, row_of, rows_of, scalar
from litso.store.locks import CASES, lock
from litso.store.queries import statements

SourceKey = tuple[str, str]
PartyPair = tuple[str, str]

EVERYTHING: Final = "00000000-0000-0000-0000-000000000000"
"""In place of a party: all cases are to be derived anew."""

_INNER: Final = pa.schema(
    [("party_id", pa.string()), ("node_a", pa.int64()), ("node_b", pa.int64()), ("weight", pa.float32())]
)


class Found(NamedTuple):
    """A question that records, model and judgements give ground for."""

    subject: str
    kind: str
    parties: tuple[str, ...]
    left: SourceKey
    right: SourceKey
    grounds: tuple[Ground, ...]
    evidence: str
    risk: int


class Apart(NamedTuple):
    """The strongest link between two parties; `levels` in hexadecimal, weight in bits."""

    one: str
    two: str
    weight: float
    levels: str
    left_source: str
    left_id: str
    right_source: str
    right_id: str


class Inside(NamedTuple):
    """A link inside a party; without a weight: a must-link."""

    party_id: str
    node_a: int
    node_b: int
    weight: float | None
    levels: bytes


class Waiting(NamedTuple):
    """A live case as it is valued anew; `parties` separated by spaces."""

    case_id: int
    parties: str
    risk: int
    stakes: dict[str, int]


# What is to be derived anew --------------------------------------------------------------------------------------


def expect(connection: Connection, party_ids: Iterable[str]) -> None:
    """Remember that parties, or their links, changed: their cases are derived anew by the next refresh."""
    ids = sorted(set(party_ids))
    if ids:
        connection.execute(statements("cases")["expect"], {"ids": array_of(ids)})


def lock_refresh(connection: Connection) -> None:
    """Be the only one who derives cases until the transaction ends: what was read earlier never overwrites."""
    lock(connection, CASES)


def count_pending(connection: Connection) -> tuple[int, bool]:
    """How many parties wait, and whether everything does."""
    row = connection.execute(statements("cases")["count_pending"], {"everything": EVERYTHING}).fetchone()
    return (row[0], row[1]) if row else (0, False)


def take_pending(connection: Connection, most: int) -> list[str]:
    """Take up to `most` of the parties that wait; those of a transaction that is not over yet are waited for."""
    return [row[0] for row in connection.execute(statements("cases")["take_pending"], {"most": most})]


def take_everything(connection: Connection) -> None:
    """Everything is about to be derived anew."""
    connection.execute(statements("cases")["take_everything"])


# What cases are derived from --------------------------------------------------------------------------------------


def count_parties(connection: Connection) -> int:
    """How many parties live."""
    return int(scalar(connection, statements("cases")["count_parties"]))


def parted(connection: Connection, weight: float) -> set[str]:
    """Parties with a link to another one above a weight."""
    return {row[0] for row in connection.execute(statements("cases")["parted"], {"weight": weight})}


def pairs(connection: Connection, party_ids: Sequence[str]) -> list[Apart]:
    """Parties linked with these above the review weight, by their strongest link."""
    return rows_of(connection, Apart, statements("cases")["pairs"], {"ids": list(party_ids)})


def judged_between(connection: Connection, party_ids: Sequence[str]) -> set[PartyPair]:
    """Pairs of parties that a judgement stands between."""
    rows = connection.execute(statements("cases")["judged_between"], {"ids": list(party_ids)})
    return {(row[0], row[1]) for row in rows}


def decided_between(connection: Connection, party_ids: Sequence[str]) -> dict[PartyPair, tuple[str, str]]:
    """Pair of parties → (subject, evidence) of the last case about it that was decided or dismissed."""
    rows = connection.execute(statements("cases")["decided_between"], {"ids": list(party_ids)})
    return {(one, two): (subject, evidence) for one, two, subject, evidence in rows}


def suspicious(connection: Connection, party_ids: Sequence[str] | None, limits: Mapping[str, int]) -> list[str]:
    """Of parties (or of all), those whose counts may raise an alarm. limits: of `litso.resolve.alarms`."""
    parameters = {**limits, "ids": None if party_ids is None else list(party_ids)}
    return [row[0] for row in connection.execute(statements("cases")["suspicious"], parameters)]


def inner_links(connection: Connection, party_ids: Sequence[str] | None, weight: float) -> pa.Table:
    """Links above a weight inside parties (or inside all): `party_id`, both nodes, `weight`."""
    parameters = {"ids": None if party_ids is None else list(party_ids), "weight": weight}
    return read_table(connection, statements("cases")["inner_links"], _INNER, parameters)


def members(connection: Connection, party_ids: Sequence[str]) -> dict[str, list[dict[str, Any]]]:
    """Party → its live records with what alarms look at."""
    found: dict[str, list[dict[str, Any]]] = {}
    with connection.cursor(row_factory=dict_row) as cursor:
        for row in cursor.execute(statements("cases")["members"], {"ids": list(party_ids)}):
            found.setdefault(row.pop("party_id"), []).append(row)
    return found


def links_inside(connection: Connection, party_ids: Sequence[str]) -> dict[str, list[Inside]]:
    """Party → its links and must-links."""
    found: dict[str, list[Inside]] = {}
    for link in rows_of(connection, Inside, statements("cases")["links_inside"], {"ids": list(party_ids)}):
        found.setdefault(link.party_id, []).append(link)
    return found


def stakes(connection: Connection, party_ids: Sequence[str]) -> dict[str, Stakes]:
    """Party → what hangs on it."""
    rows = connection.execute(statements("cases")["stakes"], {"ids": list(party_ids)})
    return {row[0]: Stakes(*row[1:]) for row in rows}


# Writing ----------------------------------------------------------------------------------------------------------


class Valued(NamedTuple):
    """A found case with what hangs on it."""

    found: Found
    stakes: Stakes
    value: int
    priority: int


def put(connection: Connection, cases: Sequence[Valued]) -> int:
    """Add cases or bring them up to date; answers how many changed. A decided one comes back only with new evidence."""
    if not cases:
        return 0
    connection.execute(statements("cases")["reopen_undone"], {"subjects": [one.found.subject for one in cases]})
    return connection.execute(statements("cases")["put"], {"cases": json.dumps(list(map(_row, cases)))}).rowcount


def _row(case: Valued) -> dict[str, Any]:
    found = case.found
    return {
        "subject": found.subject,
        "kind": found.kind,
        "parties": " ".join(found.parties),
        "left_source": found.left[0],
        "left_id": found.left[1],
        "right_source": found.right[0],
        "right_id": found.right[1],
        "sources": "\x1f".join(sorted({found.left[0], found.right[0]})),
        "grounds": [ground._asdict() for ground in found.grounds],
        "evidence": found.evidence,
        "stakes": case.stakes._asdict(),
        "risk": found.risk,
        "value": case.value,
        "priority": case.priority,
    }


def retire(connection: Connection, party_ids: Sequence[str], subjects: Iterable[str]) -> int:
    """Live cases about these parties whose subject is not among the derived ones become obsolete; answers how many.

    Those put by hand go where their records go, and become obsolete when these are gone.
    """
    ids = {"ids": list(party_ids)}
    gone = connection.execute(statements("cases")["retire"], {**ids, "subjects": list(subjects)}).rowcount
    gone += connection.execute(statements("cases")["retire_manual"], ids).rowcount
    connection.execute(statements("cases")["follow_manual"], ids)
    return gone


def live_parties(connection: Connection) -> set[str]:
    """Parties that live cases are about, wherever their records are now."""
    return {row[0] for row in connection.execute(statements("cases")["live_parties"])}


def live_after(connection: Connection, after: int, limit: int) -> list[Waiting]:
    """Live cases by number."""
    return rows_of(connection, Waiting, statements("cases")["live_after"], {"after": after, "limit": limit})


def revalue(connection: Connection, rows: Sequence[tuple[int, Stakes, int, int]]) -> None:
    """Give cases other stakes: (case id, stakes, value, priority)."""
    listed = [
        {"case_id": case_id, "stakes": hanging._asdict(), "value": points, "priority": urgency}
        for case_id, hanging, points, urgency in rows
    ]
    if listed:
        connection.execute(statements("cases")["revalue"], {"cases": json.dumps(listed)})


# The queue --------------------------------------------------------------------------------------------------------


class Case(NamedTuple):
    """A case as it is kept; `round` counts how often it was asked, verdicts of earlier rounds no longer count."""

    case_id: int
    subject: str
    kind: str
    parties: list[UUID]
    left_source: str
    left_id: str
    right_source: str
    right_id: str
    sources: list[str]
    grounds: list[dict[str, Any]]
    evidence: str
    stakes: dict[str, int]
    risk: int
    value: int
    priority: int
    state: str
    outcome: str | None
    judgement_id: int | None
    round: int
    version: int
    claimed_by: str | None
    claimed_until: datetime | None
    opened_by: str | None
    note: str
    opened_at: datetime
    decided_by: str | None
    decided_at: datetime | None
    is_claimed: bool | None

    @property
    def party_ids(self) -> list[str]:
        """The parties asked about."""
        return [str(party) for party in self.parties]

    @property
    def left(self) -> SourceKey:
        """The record asked about."""
        return self.left_source, self.left_id

    @property
    def right(self) -> SourceKey:
        """The other record asked about."""
        return self.right_source, self.right_id


class Verdict(NamedTuple):
    """What somebody said."""

    verdict_id: int
    case_id: int
    round: int
    verdict: str
    author: str
    reason: str
    given_at: datetime


class Filter(NamedTuple):
    """Which cases. value: at least so much. is_mine: those that the actor is at, or decided."""

    kind: str | None = None
    source: str | None = None
    value: int = 0
    state: str | None = None
    is_mine: bool = False


class Rule(NamedTuple):
    """From which value on a case of a kind needs two persons."""

    kind: str
    from_value: int
    author: str
    set_at: datetime


class DayOf(NamedTuple):
    """Verdicts of somebody on a day."""

    day: date
    author: str
    verdicts: int


START: Final = (1 << 31) - 1, 0
"""Before the first place of the queue: (priority, case id)."""
LATEST: Final = (1 << 63) - 1
"""Above every number of a case."""


def get(connection: Connection, case_id: int, *, lock: bool = False) -> Case:
    """A case; NotFound when there is none. lock: nobody else changes it until the transaction ends."""
    found = row_of(connection, Case, statements("cases")["lock" if lock else "get"], {"case_id": case_id})
    if found is None:
        raise NotFound(f"there is no case {case_id}")
    return found


def queue(
    connection: Connection, chosen: Filter, actor: str, *, after: tuple[int, int] = START, limit: int = 50
) -> list[Case]:
    """Live cases after (priority, case id), the most urgent first."""
    parameters = {**chosen._asdict(), "actor": actor, "priority": after[0], "case_id": after[1], "limit": limit}
    return rows_of(connection, Case, statements("cases")["queue"], parameters)


def closed(connection: Connection, chosen: Filter, actor: str, *, before: int = LATEST, limit: int = 50) -> list[Case]:
    """Decided, dismissed or obsolete cases (`chosen.state`), the latest first."""
    parameters = {**chosen._asdict(), "actor": actor, "case_id": before, "limit": limit}
    return rows_of(connection, Case, statements("cases")["closed"], parameters)


def neighbours(connection: Connection, case: Case) -> tuple[int | None, int | None]:
    """The live cases before and after a case in the order of the queue."""
    place = {"priority": case.priority, "case_id": case.case_id}
    row = connection.execute(statements("cases")["neighbours"], place).fetchone()
    return (row[0], row[1]) if row else (None, None)


def claim_next(connection: Connection, chosen: Filter, actor: str, minutes: int) -> int | None:
    """Claim the most urgent case that is free and new to the actor; answers its id."""
    parameters = {**chosen._asdict(), "actor": actor, "minutes": minutes}
    row = connection.execute(statements("cases")["claim_next"], parameters).fetchone()
    return None if row is None else int(row[0])


def claim(connection: Connection, case_id: int, actor: str, minutes: int) -> bool:
    """Claim a live case, or claim it for longer; False when another has it, or it is not live."""
    parameters = {"case_id": case_id, "actor": actor, "minutes": minutes}
    return connection.execute(statements("cases")["claim"], parameters).rowcount == 1


def release(connection: Connection, case_id: int, actor: str) -> bool:
    """Give a claim back; False when there is none."""
    parameters = {"case_id": case_id, "actor": actor}
    return connection.execute(statements("cases")["release"], parameters).rowcount == 1


def add_verdict(connection: Connection, case: Case, verdict: str, author: str, reason: str) -> int:
    """Note what somebody says; answers its id."""
    row = {"case_id": case.case_id, "round": case.round, "verdict": verdict, "author": author, "reason": reason}
    return int(scalar(connection, statements("cases")["add_verdict"], row))


def undo_verdict(connection: Connection, verdict_id: int) -> None:
    """A verdict is taken back."""
    connection.execute(statements("cases")["undo_verdict"], {"verdict_id": verdict_id})


def verdicts(connection: Connection, case_id: int) -> list[Verdict]:
    """What was said about a case, in order; what was taken back is left out."""
    return rows_of(connection, Verdict, statements("cases")["verdicts"], {"case_id": case_id})


def last_of(connection: Connection, author: str) -> Verdict | None:
    """The last thing that somebody said."""
    return row_of(connection, Verdict, statements("cases")["last_of"], {"author": author})


def move_on(
    connection: Connection, case_id: int, state: str, *,
    outcome: str | None = None, judgement_id: int | None = None, decided_by: str | None = None,
) -> None:  # fmt: skip
    """Note what became of a case; its version grows and its claim ends."""
    row = {"case_id": case_id, "state": state, "outcome": outcome, "judgement_id": judgement_id}
    connection.execute(statements("cases")["move_on"], {**row, "decided_by": decided_by})


class Opening(NamedTuple):
    """A question put by hand."""

    subject: str
    parties: list[str]
    left: SourceKey
    right: SourceKey
    ground: Ground
    stakes: Stakes
    risk: int
    value: int
    priority: int
    author: str
    note: str


def open_manual(connection: Connection, opening: Opening) -> int | None:
    """Put a question by hand; None when it is open already."""
    row = {
        "subject": opening.subject, "parties": opening.parties,
        "left_source": opening.left[0], "left_id": opening.left[1],
        "right_source": opening.right[0], "right_id": opening.right[1],
        "sources": sorted({opening.left[0], opening.right[0]}), "grounds": Jsonb([opening.ground._asdict()]),
        "stakes": Jsonb(opening.stakes._asdict()), "risk": opening.risk, "value": opening.value,
        "priority": opening.priority, "opened_by": opening.author, "note": opening.note,
    }  # fmt: skip
    found = connection.execute(statements("cases")["open_manual"], row).fetchone()
    return None if found is None else int(found[0])


# Four eyes and figures --------------------------------------------------------------------------------------------


def rules(connection: Connection) -> list[Rule]:
    """Which cases need two persons."""
    return rows_of(connection, Rule, statements("cases")["rules"])


def set_rule(connection: Connection, kind: str, from_value: int | None, author: str) -> None:
    """From which value on cases of a kind need two persons; None: never."""
    if from_value is None:
        connection.execute(statements("cases")["drop_rule"], {"kind": kind})
    else:
        row = {"kind": kind, "from_value": from_value, "author": author}
        connection.execute(statements("cases")["set_rule"], row)


def counts(connection: Connection) -> dict[tuple[str, str], int]:
    """(kind, state) → live cases."""
    return {(kind, state): count for kind, state, count in connection.execute(statements("cases")["counts"])}


def ages(connection: Connection) -> tuple[float, float]:
    """Seconds that the oldest live case and the one in the middle have been waiting."""
    row = connection.execute(statements("cases")["ages"]).fetchone()
    return (row[0], row[1]) if row else (0.0, 0.0)


def by_day(connection: Connection, days: int) -> list[DayOf]:
    """Verdicts of the last days, by day and author."""
    return rows_of(connection, DayOf, statements("cases")["by_day"], {"days": days})


def agreement(connection: Connection, days: int) -> tuple[int, int]:
    """(cases about which two stewards said something sure, those about which they said the same)."""
    row = connection.execute(statements("cases")["agreement"], {"days": days}).fetchone()
    return (row[0], row[1]) if row else (0, 0)


def held(connection: Connection) -> tuple[int, int]:
    """(loads held by a gate, rows in quarantine)."""
    row = connection.execute(statements("cases")["held"]).fetchone()
    return (row[0], row[1]) if row else (0, 0)

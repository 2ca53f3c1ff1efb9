"""Cases in the API."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any, Literal

from msgspec import Meta, Struct

from litso.api.schemas import RecordKey

Kind = Literal["doubt", "cut", "documents", "split", "bridge", "large", "manual"]
State = Literal["open", "second", "escalated", "decided", "dismissed", "obsolete"]
Given = Literal["same", "different", "unsure", "dismiss"]


class CaseGround(Struct):
    """A reason to ask; `words` in Russian."""

    what: Kind
    words: str
    risk: int
    attribute: str = ""
    number: int = 0
    limit: int = 0
    weight: float | None = None
    is_close: bool = False


class CaseStakes(Struct):
    """What hangs on the parties of a case; debt in whole roubles."""

    accounts: int
    debt: int
    facts: int
    messages: int
    consents: int


class CaseVerdict(Struct):
    """What somebody said. The first verdict is hidden from the second person until they gave theirs."""

    verdict: Given
    author: str
    given_at: datetime
    reason: str = ""


class CaseOut(Struct):
    """One question put to a steward. `priority` = `risk` × `value` / 100."""

    case_id: int
    kind: Kind
    state: State
    left: RecordKey
    right: RecordKey
    parties: list[str]
    grounds: list[CaseGround]
    stakes: CaseStakes
    risk: int
    value: int
    priority: int
    version: int
    opened_at: datetime
    claimed_by: str | None = None
    claimed_until: datetime | None = None
    outcome: Literal["same", "different", "unsure"] | None = None
    judgement_id: int | None = None
    decided_by: str | None = None
    decided_at: datetime | None = None
    note: str = ""
    verdicts: list[CaseVerdict] = []


class CasesPage(Struct):
    """A page of cases; `next_cursor` is null on the last one."""

    items: list[CaseOut]
    next_cursor: str | None = None


class CaseIn(Struct, kw_only=True, forbid_unknown_fields=True):
    """A question about two records, put by hand."""

    left: RecordKey
    right: RecordKey
    note: Annotated[str, Meta(min_length=1, max_length=500, description="What is to be decided.")]


class NextIn(Struct, kw_only=True, forbid_unknown_fields=True):
    """Which case to claim next."""

    kind: Kind | None = None
    source: Annotated[str, Meta(max_length=64)] | None = None
    value: Annotated[int, Meta(ge=0, le=100, description="At least so much hangs on it.")] = 0


class VerdictIn(Struct, kw_only=True, forbid_unknown_fields=True):
    """An answer: the same party, different ones, unsure (others shall decide), or dismiss (it is no question)."""

    verdict: Given
    reason: Annotated[str, Meta(max_length=500)] = ""


class DayVerdicts(Struct):
    """Verdicts of somebody on a day."""

    day: date
    author: str
    verdicts: int


class CaseStatistics(Struct):
    """Figures of the queue and of the last two weeks; ages in seconds."""

    waiting: list[dict[str, Any]]
    oldest_seconds: float
    middle_seconds: float
    by_day: list[DayVerdicts]
    decided_by_two: int
    agreed: int
    held_loads: int
    quarantined_rows: int

"""The stewards' desk: the queue of cases, claims, verdicts, four eyes, and taking the last verdict back.

A case is claimed for a time. A verdict is given upon the case as it was seen: its tag names the versions of the case
and of the golden records. Where a rule asks for two persons, the second does not learn what the first said before they
have spoken too; if they disagree, a third person decides, who sees both.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from types import MappingProxyType
from typing import Final, NamedTuple

from litso.domain.case import (
    DECIDED,
    DISMISS,
    DISMISSED,
    ESCALATED,
    KINDS,
    LIVE,
    MANUAL,
    OBSOLETE,
    OPEN,
    SECOND,
    UNSURE,
    VERDICTS,
    Ground,
    priority,
    risk,
    value,
)
from litso.errors import BadUsage, Conflict, NotFound
from litso.store import cases, golden, judgements, records
from litso.store.cases import Case, Filter, Opening, Rule, Verdict
from litso.store.database import Connection, Store, beyond
from litso.store.judgements import SourceKey
from litso.usecases.access import Actor, demand, demand_records, seen_records
from litso.usecases.case_refresh import FOLLOWED_AT_ONCE, refresh, total
from litso.usecases.stewardship import judge_within, undo_within

LEASE_MINUTES: Final = 15
"""How long a claim lasts unless it is given again."""

_LONGEST: Final = 500
_NUL: Final = "\x00"
"""No text of the store has it, and the store refuses to look for it."""
_DAYS: Final = 14

_STATE_OF: Final = MappingProxyType({0: OPEN, 1: SECOND})


class Decided(NamedTuple):
    """A case after a verdict or its undo."""

    case: Case
    verdict: str


class Statistics(NamedTuple):
    """Figures for a head of stewards.

    counts: live cases by (kind, state). oldest, middle: seconds that live cases have been waiting. by_day: verdicts.
    doubled: cases about which two persons said something sure, agreed: those about which they said the same. loads,
    rows: held loads and rows in quarantine.
    """

    counts: dict[tuple[str, str], int]
    oldest: float
    middle: float
    by_day: list[cases.DayOf]
    doubled: int
    agreed: int
    loads: int
    rows: int


# The queue --------------------------------------------------------------------------------------------------------


def follow(store: Store) -> None:
    """Derive the cases of what changed since, where that is little; much is left to `litso case refresh`."""
    with store.transaction() as connection:
        pending, is_everything = cases.count_pending(connection)
    if pending and not is_everything and pending <= FOLLOWED_AT_ONCE:
        refresh(store.whole)


def queue(
    connection: Connection, actor: Actor, chosen: Filter, *, after: tuple[int, int] = cases.START, limit: int = 50
) -> list[Case]:
    """Live cases, the most urgent first; with a state that is not live those cases, the latest first."""
    demand(actor, "judge")
    if _NUL in f"{chosen.kind}{chosen.source}{chosen.state}":
        return []
    if chosen.state in (None, *LIVE):
        return _seen(connection, actor, cases.queue(connection, chosen, actor.name, after=after, limit=limit))
    before = after[1] or cases.LATEST
    return _seen(connection, actor, cases.closed(connection, chosen, actor.name, before=before, limit=limit))


def _seen(connection: Connection, actor: Actor, found: list[Case]) -> list[Case]:
    """Those of the cases about records that the actor may see, both of them."""
    if not actor.scope.is_limited:
        return found
    known = seen_records(connection, actor, [key for case in found for key in (case.left, case.right)])
    return [case for case in found if {case.left, case.right} <= known]


def get_case(connection: Connection, actor: Actor, case_id: int, *, lock: bool = False) -> Case:
    """A case; NotFound when there is none, or it is about a party that the actor may not see."""
    case = cases.get(connection, case_id)
    if not _seen(connection, actor, [case]):
        raise NotFound(f"there is no case {case_id}")
    if not lock:
        return case
    with beyond(connection):
        return cases.get(connection, case_id, lock=True)


def statistics(connection: Connection, actor: Actor) -> Statistics:
    """Figures of the queue and of the last two weeks."""
    demand(actor, "judge")
    return Statistics(
        cases.counts(connection),
        *cases.ages(connection),
        cases.by_day(connection, _DAYS),
        *cases.agreement(connection, _DAYS),
        *((0, 0) if actor.scope.is_limited else cases.held(connection)),
    )


def claim_next(store: Store, actor: Actor, chosen: Filter = Filter()) -> Case | None:  # noqa: B008
    """Claim the most urgent case that is free and new to the actor; None when there is none."""
    demand(actor, "judge")
    if _NUL in f"{chosen.kind}{chosen.source}":
        return None
    with store.transaction() as connection:
        found = cases.claim_next(connection, chosen, actor.name, LEASE_MINUTES)
        return None if found is None else get_case(connection, actor, found)


def claim(store: Store, actor: Actor, case_id: int) -> Case:
    """Claim a case, or claim it for longer. Conflict when another is at it, or nothing is to be decided."""
    demand(actor, "judge")
    with store.transaction() as connection:
        found = get_case(connection, actor, case_id)
        if not cases.claim(connection, case_id, actor.name, LEASE_MINUTES):
            _demand_free(found, actor)
        return cases.get(connection, case_id)


def release(store: Store, actor: Actor, case_id: int) -> Case:
    """Give a claim back. Conflict when the actor has none."""
    demand(actor, "judge")
    with store.transaction() as connection:
        get_case(connection, actor, case_id)
        if not cases.release(connection, case_id, actor.name):
            raise Conflict(f"case {case_id} is not claimed by you")
        return cases.get(connection, case_id)


def open_case(store: Store, actor: Actor, left: SourceKey, right: SourceKey, note: str) -> Case:
    """Put a question about two records by hand. Conflict when it is open already."""
    demand(actor, "judge")
    if not note.strip() or len(note) > _LONGEST or _NUL in note:
        raise BadUsage(f"say in up to {_LONGEST} characters what is to be decided")
    if any(_NUL in part for key in (left, right) for part in key):
        raise NotFound("there is no such record")
    first, second = sorted((left, right))
    if first == second:
        raise BadUsage("a case is about two different records")
    with store.transaction() as connection:
        demand_records(connection, actor, [first, second])
        with beyond(connection):
            number = put_question(connection, actor.name, first, second, note.strip())
        if number is None:
            raise Conflict("this question is open already")
        return cases.get(connection, number)


def put_question(connection: Connection, by: str, first: SourceKey, second: SourceKey, note: str) -> int | None:
    """Put a question about two records, the lesser key first; answers its case, None when it is open already."""
    found = {(one.source, one.source_id): one for one in records.find_many(connection, [first, second])}
    for key in (first, second):
        if key not in found or found[key].party_id is None:
            raise NotFound(f"there is no record {key[1]!r} in the source {key[0]!r}")
    parties = sorted({one.party_id for one in found.values() if one.party_id})
    known = cases.stakes(connection, parties)
    hanging = total([known[party] for party in parties if party in known])
    ground = Ground(MANUAL)
    grave, points = risk([ground]), value(hanging)
    subject = "manual:" + "\x1f".join((*first, *second))
    opening = Opening(
        subject, parties, first, second, ground, hanging, grave, points, priority(grave, points), by, note,
    )  # fmt: skip
    return cases.open_manual(connection, opening)


# What was seen ----------------------------------------------------------------------------------------------------


def tag_of(connection: Connection, case: Case) -> str:
    """The version of a case and of the golden records that it is about: other once anything of it changes."""
    present = golden.find_many(connection, case.party_ids)
    seen = "".join(f"{party}:{present[party].version};" for party in sorted(present))
    return f"{case.case_id}-{case.version}-{hashlib.sha256(seen.encode()).hexdigest()[:8]}"


def verdicts_shown(actor: Actor, case: Case, given: Sequence[Verdict]) -> list[Verdict]:
    """What the actor may know: all of a case that is closed or escalated, or to which they have spoken; else theirs."""
    present = [one for one in given if one.round == case.round]
    has_spoken = any(one.author == actor.name and one.verdict != UNSURE for one in present)
    if case.state in (OPEN, SECOND) and not has_spoken:
        return [one for one in present if one.author == actor.name]
    return present


# Verdicts ---------------------------------------------------------------------------------------------------------


def decide(
    store: Store, actor: Actor, case_id: int, verdict: str, *, tag: str | None = None, reason: str = ""
) -> Decided:
    """Give a verdict: same, different, unsure (leave it to others) or dismiss (it is no question).

    tag: the case as it was seen. Conflict when it changed since, is decided, or another is at it. A sure verdict that
    needs nobody else enters a judgement, in the same transaction. Two persons who are unsure decide that it is unsure.
    """
    demand(actor, "judge")
    if verdict not in VERDICTS:
        raise BadUsage(f"a verdict is one of {', '.join(VERDICTS)}, not {verdict!r}")
    if len(reason) > _LONGEST or _NUL in reason:
        raise BadUsage(f"a reason has up to {_LONGEST} characters")
    with store.transaction() as connection:
        case = get_case(connection, actor, case_id, lock=True)
        _demand_free(case, actor)
        if tag is not None and tag != tag_of(connection, case):
            raise Conflict(f"case {case_id} has changed since it was shown: look again")
        with beyond(connection):
            given = _present(connection, case)
            _speak(connection, actor, case, given, verdict, reason)
            others = [one for one in given if one.author != actor.name]
            state = _state_after(connection, case, verdict, others)
            _conclude(connection, actor, case, state, verdict, reason)
            return Decided(cases.get(connection, case_id), verdict)


def _demand_free(case: Case, actor: Actor) -> None:
    if case.state not in LIVE:
        raise Conflict(f"case {case.case_id} is {case.state} already")
    if case.is_claimed and case.claimed_by != actor.name:
        raise Conflict(f"{case.claimed_by} is at case {case.case_id}")


def _present(connection: Connection, case: Case) -> list[Verdict]:
    """Verdicts of the present round."""
    return [one for one in cases.verdicts(connection, case.case_id) if one.round == case.round]


def _speak(
    connection: Connection, actor: Actor, case: Case, given: Sequence[Verdict], verdict: str, reason: str
) -> None:
    """Note the verdict. Who was unsure may still say something else; who was sure may only take it back."""
    for mine in (one for one in given if one.author == actor.name):
        if mine.verdict != UNSURE:
            raise Conflict(f"you have decided about case {case.case_id}: now another person is to")
        cases.undo_verdict(connection, mine.verdict_id)
    cases.add_verdict(connection, case, verdict, actor.name, reason)


def _state_after(connection: Connection, case: Case, verdict: str, others: Sequence[Verdict]) -> str:
    """What a verdict makes of a case, given what others have said."""
    if verdict == UNSURE:
        return DECIDED if any(one.verdict == UNSURE for one in others) else case.state
    done = DISMISSED if verdict == DISMISS else DECIDED
    if case.state == OPEN:
        return SECOND if needs_two(cases.rules(connection), case) else done
    if case.state == SECOND and any(one.verdict not in (UNSURE, verdict) for one in others):
        return ESCALATED
    return done


def needs_two(rules: Sequence[Rule], case: Case) -> bool:
    """Whether a rule asks for two persons about a case."""
    return any(rule.kind == case.kind and case.value >= rule.from_value for rule in rules)


def _conclude(connection: Connection, actor: Actor, case: Case, state: str, verdict: str, reason: str) -> None:
    if state in LIVE:
        cases.move_on(connection, case.case_id, state)
        return
    number = None
    if state == DECIDED:
        told = reason or f"case {case.case_id}"
        done = judge_within(connection, actor, verdict=verdict, left=case.left, right=case.right, reason=told)
        number = done.judgement.judgement_id
    outcome = verdict if state == DECIDED else None
    cases.move_on(connection, case.case_id, state, outcome=outcome, judgement_id=number, decided_by=actor.name)


def undo(store: Store, actor: Actor, case_id: int | None = None) -> Decided:
    """Take back the last verdict of the actor, or their verdict about a case, with the judgement that it became.

    NotFound when there is none. Conflict when the case was asked anew or another has spoken since.
    """
    demand(actor, "judge")
    with store.transaction() as connection:
        if case_id is None:
            last = cases.last_of(connection, actor.name)
            if last is None:
                raise NotFound("you have no verdict to take back")
            case_id = last.case_id
        case = get_case(connection, actor, case_id, lock=True)
        given = _present(connection, case)
        mine = next((one for one in reversed(given) if one.author == actor.name), None)
        if mine is None:
            raise NotFound(f"you have no verdict about case {case_id} that counts")
        if case.state not in LIVE and (case.decided_by != actor.name or given[-1] != mine):
            raise Conflict(f"case {case_id} was decided with another person: it is not yours alone to take back")
        with beyond(connection):
            cases.undo_verdict(connection, mine.verdict_id)
            if case.judgement_id is not None and judgements.get(connection, case.judgement_id).undone_at is None:
                undo_within(connection, actor, case.judgement_id)
            if case.state != OBSOLETE:
                rest = {one.verdict for one in given if one.author != actor.name and one.verdict != UNSURE}
                cases.move_on(connection, case_id, _STATE_OF.get(len(rest), ESCALATED))
            return Decided(cases.get(connection, case_id), mine.verdict)


# Four eyes --------------------------------------------------------------------------------------------------------


def set_rule(store: Store, actor: Actor, kind: str, from_value: int | None) -> list[Rule]:
    """From which value (0: always) on cases of a kind need two persons; None: never. Answers all rules."""
    demand(actor, "rule_cases")
    if kind not in KINDS:
        raise BadUsage(f"a kind of cases is one of {', '.join(KINDS)}, not {kind!r}")
    if from_value is not None and not 0 <= from_value <= 100:
        raise BadUsage("a value is from 0 to 100")
    with store.transaction() as connection:
        cases.set_rule(connection, kind, from_value, actor.name)
        return cases.rules(connection)

"""Checks as compliance sees them: what each list answers about a party, hits to decide, decisions, risks.

Only the role of compliance reads them; every read is logged, and the log of these reads is for compliance too.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any, Final

from litso.check.answers import ANSWERS, VERDICTS, Coverage, Standing, answer, doubts, verdict_of
from litso.check.entries import RULES, is_in_force
from litso.check.match import GRADES, POSSIBLE
from litso.check.risks import Risk, risks
from litso.domain.record import ORGANIZATION
from litso.errors import BadUsage, Conflict
from litso.store import audit, checks, golden, parties
from litso.store.checks import Found, ScreenedList
from litso.store.database import Connection, beyond
from litso.usecases import registers
from litso.usecases.access import Actor, demand, demand_seen
from litso.usecases.access import seen as visible
from litso.usecases.lists import CHECKED
from litso.usecases.reference import KINDS
from litso.usecases.relations import officers_known
from litso.usecases.risk_facts import read_facts
from litso.usecases.screening import follow

PAGE: Final = 50
_LONGEST: Final = 500


@dataclass(frozen=True, slots=True)
class Hit:
    """An entry that is or may be a party, or a person whom its records name (`subject`, `role`).

    `entry` is what the list says; `verdict` the decision that holds, `is_reopened` whether the match became surer than
    it was when decided. `edition` is that in which it was found; `gone_at` and `gone_why` tell of one that is past.
    """

    match_id: int
    party_id: str
    name: str
    list: str
    subject: str
    role: str
    grade: str
    agrees: tuple[str, ...]
    differs: tuple[str, ...]
    entry: Mapping[str, Any]
    edition: str
    found_at: datetime
    is_in_force: bool
    verdict: str | None
    is_reopened: bool
    reason: str | None
    author: str | None
    decided_at: datetime | None
    gone_at: datetime | None
    gone_why: str | None


@dataclass(frozen=True, slots=True)
class ListAnswer:
    """What a list answers about a party. `doubts` say why it is not fresh; the edition is the one that was held."""

    list: str
    title: str
    answer: str
    doubts: tuple[str, ...]
    edition: str | None
    published: date | None
    screened_at: datetime | None


@dataclass(frozen=True, slots=True)
class PartyChecks:
    """All checks of a party; `linked` are hits of persons who are its directors or owners and parties themselves."""

    party_id: str
    name: str
    kind: str
    answers: tuple[ListAnswer, ...]
    hits: tuple[Hit, ...]
    linked: tuple[Hit, ...]
    risks: tuple[Risk, ...]

    @property
    def worst(self) -> str:
        """The gravest answer."""
        return min((one.answer for one in self.answers), key=ANSWERS.index)


@dataclass(frozen=True, slots=True)
class HitPage:
    """A page of hits, the newest first; `before` continues it."""

    items: tuple[Hit, ...]
    before: int | None


@dataclass(frozen=True, slots=True)
class ListState:
    """A list and how far parties were held against it; `matches` by grade are for compliance only."""

    list: str
    title: str
    edition: str | None
    published: date | None
    entries: int
    screened: str | None
    screened_at: datetime | None
    doubts: tuple[str, ...]
    matches: Mapping[str, int]


def read_checks(
    connection: Connection, actor: Actor, party_id: str, *, with_gone: bool = False, today: date | None = None
) -> PartyChecks:
    """The checks of a party by its id, present or merged; it is screened first if it changed. The read is logged."""
    demand(actor, "read_checks")
    day = today or _today()
    current = parties.get_current(connection, party_id).party_id
    demand_seen(connection, actor, current)
    record = golden.get(connection, current)
    _log(connection, actor, current, 1)
    with beyond(connection):
        follow(connection, [current])
    found = checks.of_party(connection, current, with_gone=with_gone)
    hits = tuple(_hit(one, record.name, day) for one in found)
    officers = officers_known(connection, actor, current) if record.kind == ORGANIZATION else ()
    base = checks.find_base(connection)
    is_fresh = base is not None and not checks.pending_of(connection, base, [current])
    screened = checks.lists(connection)
    return PartyChecks(
        party_id=current,
        name=record.name,
        kind=record.kind,
        answers=tuple(_answer(name, screened.get(name), hits, is_fresh, day) for name in CHECKED),
        hits=hits,
        linked=_linked(connection, actor, officers, day),
        risks=tuple(risks(read_facts(connection, record), day)),
    )


def _linked(connection: Connection, actor: Actor, officers: Sequence[golden.Golden], day: date) -> tuple[Hit, ...]:
    """Hits of persons of the base whom an organization names."""
    found: list[Hit] = []
    for one in officers:
        with beyond(connection):
            follow(connection, [one.party_id])
        own = checks.of_party(connection, one.party_id)
        if own:
            _log(connection, actor, one.party_id, len(own))
        found += [_hit(hit, one.name, day) for hit in own]
    return tuple(found)


def _answer(name: str, screened: ScreenedList | None, hits: Sequence[Hit], is_fresh: bool, day: date) -> ListAnswer:
    why_not = doubts(_coverage(name, screened, is_fresh), day)
    own = [one for one in hits if one.list == name and one.gone_at is None]
    standings = [Standing(one.grade, one.verdict, one.is_in_force) for one in own]
    return ListAnswer(
        list=name,
        title=KINDS[name].title,
        answer=answer(standings, why_not),
        doubts=why_not,
        edition=screened.version if screened else None,
        published=screened.published if screened else None,
        screened_at=screened.screened_at if screened else None,
    )


def _coverage(name: str, screened: ScreenedList | None, is_fresh: bool) -> Coverage:
    opened = registers.edition_of(name)
    is_held = screened is not None and screened.rules == RULES
    return Coverage(
        is_loaded=opened is not None or screened is not None,
        in_use=opened.edition.file_sha256 if opened else None,
        screened=screened.file_sha256 if screened and is_held else None,
        published=screened.published if screened else None,
        stale_days=KINDS[name].stale_days,
        is_party_fresh=is_fresh,
    )


def _hit(found: Found, name: str, day: date) -> Hit:
    verdict = verdict_of(found.grade, found.verdict, found.decided_grade)
    role, _, subject = found.subject.partition(": ")
    since, until = (_day(found.content.get(side)) for side in ("since", "until"))
    return Hit(
        match_id=found.match_id,
        party_id=found.party_id,
        name=name,
        list=found.list,
        subject=subject,
        role=role,
        grade=found.grade,
        agrees=tuple(found.agrees),
        differs=tuple(found.differs),
        entry=found.content,
        edition=found.edition,
        found_at=found.found_at,
        is_in_force=is_in_force(since, until, day),
        verdict=verdict,
        is_reopened=verdict is None and found.verdict in ("true", "false"),
        reason=found.reason,
        author=found.author,
        decided_at=found.decided_at,
        gone_at=found.gone_at,
        gone_why=found.gone_why,
    )


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def list_hits(
    connection: Connection,
    actor: Actor,
    *,
    of_list: str | None = None,
    is_sure: bool | None = None,
    is_open: bool | None = True,
    before: int | None = None,
    limit: int = PAGE,
) -> HitPage:
    """Present hits of all parties, the newest first; changed parties are screened first. Every party is logged.

    is_sure: only hits by number, or by name and day of birth; False: only possible ones. is_open: only undecided.
    """
    demand(actor, "read_checks")
    if of_list is not None and of_list not in CHECKED:
        raise BadUsage(f"there is no list {of_list!r}; there are {', '.join(CHECKED)}")
    with beyond(connection):
        follow(connection)
    grades = None if is_sure is None else [one for one in GRADES if (one != POSSIBLE) is is_sure]
    found = checks.listed(
        connection, of_list=of_list, grades=grades, is_open=is_open, order=GRADES, before=before, limit=limit + 1
    )
    shown = found[:limit]
    names = golden.find_many(connection, sorted(visible(connection, actor, {one.party_id for one in shown})))
    for party in sorted(names):
        _log(connection, actor, party, 1)
    day = _today()
    hits = tuple(_hit(one, names[one.party_id].name, day) for one in shown if one.party_id in names)
    return HitPage(hits, shown[-1].match_id if len(found) > limit else None)


def decide(
    connection: Connection, actor: Actor, match_id: int, *, verdict: str, reason: str, seen: str | None = None
) -> int:
    """Decide whether a hit is true; answers the number of the decision.

    The decision stays while the list has the entry, whatever its edition, unless the match becomes surer. Raises
    Conflict when the match has another grade than was `seen`.
    """
    demand(actor, "read_checks")
    if verdict not in VERDICTS:
        raise BadUsage(f"a verdict is one of {', '.join(VERDICTS)}")
    if not reason.strip() or len(reason) > _LONGEST or "\x00" in reason:
        raise BadUsage(f"a decision needs a reason of up to {_LONGEST} characters")
    match = checks.get(connection, match_id)
    demand_seen(connection, actor, match.party_id)
    if seen is not None and seen != match.grade:
        raise Conflict(f"the match is {match.grade} now: look again")
    with beyond(connection):
        return checks.decide(connection, match, verdict=verdict, reason=reason.strip(), author=actor.name)


def list_states(connection: Connection, actor: Actor | None = None) -> tuple[list[ListState], int]:
    """Every list and how far parties were held against it, and how many parties changed since.

    Matches are counted for an actor with the right to read checks.
    """
    counted = checks.counts(connection) if actor is not None and actor.may("read_checks") else {}
    screened, base = checks.lists(connection), checks.find_base(connection)
    states = [_state(name, screened.get(name), counted.get(name, {})) for name in CHECKED]
    return states, checks.count_pending(connection, base) if base is not None else 0


def _state(name: str, screened: ScreenedList | None, matches: Mapping[str, int]) -> ListState:
    opened = registers.edition_of(name)
    edition = opened.edition if opened else None
    return ListState(
        list=name,
        title=KINDS[name].title,
        edition=edition.version if edition else None,
        published=date.fromisoformat(edition.published) if edition else None,
        entries=edition.rows if edition else 0,
        screened=screened.version if screened else None,
        screened_at=screened.screened_at if screened else None,
        doubts=doubts(_coverage(name, screened, is_fresh=True), _today()),
        matches=matches,
    )


def _log(connection: Connection, actor: Actor, party_id: str, found: int) -> None:
    audit.write(
        connection, actor=actor.name, action="check", party_id=party_id, fields=("checks",), purpose="screening",
        found=found,
    )  # fmt: skip


def _today() -> date:
    return datetime.now(UTC).date()

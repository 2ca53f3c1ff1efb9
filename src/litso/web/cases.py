"""«Разбор»: the queue of cases, one case with one key for an answer, and the next one opened at once."""

from __future__ import annotations

from typing import Annotated, Final
from urllib.parse import urlencode

from litestar import Response, get, post
from litestar.params import FromPath, QueryParameter
from litestar.response import Redirect

from litso.domain.case import DECIDED, DISMISSED, KINDS, OBSOLETE
from litso.domain.record_key import parse_key
from litso.errors import BadUsage, Conflict, NotFound
from litso.store import cases
from litso.store.cases import Filter
from litso.usecases import case_desk, case_view
from litso.usecases.case_words import ground_words, stakes_words
from litso.usecases.explaining import REASONS
from litso.usecases.profiles import source_titles
from litso.web.explaining import drawing
from litso.web.given import GivenStore
from litso.web.pages import page, see_other
from litso.web.sessions import ScreenRequest, actor_of, has_right
from litso.web.signing import Form

_PAGE: Final = 50
_CLOSED: Final = (DECIDED, DISMISSED, OBSOLETE)
_STATES: Final = ("", *_CLOSED)
_VALUES: Final = (0, 20, 40, 60)

_TAKEN: Final = "taken"
_CHANGED: Final = "changed"

Word = Annotated[str, QueryParameter(max_length=64)]
Number = Annotated[int, QueryParameter(ge=0, le=2**31 - 1)]


@get("/cases", guards=[has_right("judge")], sync_to_thread=True)
def show_queue(
    request: ScreenRequest,
    store: GivenStore,
    kind: Word = "",
    source: Word = "",
    standing: Annotated[str, QueryParameter(name="state", max_length=20)] = "",
    value: Annotated[int, QueryParameter(ge=0, le=100)] = 0,
    mine: Annotated[bool, QueryParameter()] = False,
    after: Annotated[str, QueryParameter(max_length=24)] = "",
    empty: Annotated[bool, QueryParameter()] = False,
) -> Response[str]:
    """Cases that wait, the most urgent first, with figures for a head of stewards."""
    case_desk.follow(store)
    actor = actor_of(request)
    chosen = Filter(kind or None, source or None, value, standing or None, mine)
    with store.transaction() as connection:
        found = case_desk.queue(connection, actor, chosen, after=_place(after), limit=_PAGE + 1)
        figures = case_desk.statistics(connection, actor)
        rules = {rule.kind: rule.from_value for rule in cases.rules(connection)}
        titles = source_titles(connection)
    shown = found[:_PAGE]
    given = {"kind": kind, "source": source, "state": standing, "value": value or "", "mine": "true" if mine else ""}
    return page(
        request,
        "cases.html",
        cases=[(one, ground_words(one.grounds), stakes_words(one.stakes)) for one in shown],
        following=f"{shown[-1].priority}-{shown[-1].case_id}" if len(found) > _PAGE else "",
        given=given,
        query={name: text for name, text in given.items() if text},
        figures=figures,
        waiting=sum(figures.counts.values()),
        by_kind={one: sum(n for (kind, _), n in figures.counts.items() if kind == one) for one in KINDS},
        rules=rules,
        titles=titles,
        kinds=KINDS,
        states=_STATES,
        values=_VALUES,
        may_rule=actor.may("rule_cases"),
        may_judge_many=actor.may("judge_many"),
        nothing_left=empty,
    )


def _place(text: str) -> tuple[int, int]:
    """The place in the queue that a link names; the beginning for anything else."""
    first, _, second = text.partition("-")
    if first.isdecimal() and second.isdecimal() and len(text) < 24:
        return min(int(first), cases.START[0]), min(int(second), cases.LATEST)
    return cases.START


@post("/cases/next", guards=[has_right("judge")], sync_to_thread=True, status_code=200)
def take_next(request: ScreenRequest, store: GivenStore, data: Form) -> Redirect:
    """Claim the most urgent case and open it."""
    case_desk.follow(store)
    return _next(request, store, data, last=None)


def _next(request: ScreenRequest, store: GivenStore, data: dict[str, str], last: int | None) -> Redirect:
    """To the next case, with the filter and the purpose carried on; to the queue when nothing is left."""
    kept = {name: data[name] for name in ("kind", "source", "value", "purpose") if data.get(name)}
    value = int(kept["value"]) if kept.get("value", "").isdecimal() else 0
    found = case_desk.claim_next(
        store, actor_of(request), Filter(kept.get("kind"), kept.get("source"), min(value, 100))
    )
    if found is None:
        return see_other("/cases?" + urlencode({**{k: v for k, v in kept.items() if k != "purpose"}, "empty": "true"}))
    if last is not None:
        kept["last"] = str(last)
    return see_other(f"/cases/{found.case_id}" + ("?" + urlencode(kept) if kept else ""))


@get("/cases/{case_id:int}", guards=[has_right("judge")], sync_to_thread=True)
def show_case(
    request: ScreenRequest,
    store: GivenStore,
    case_id: FromPath[int],
    kind: Word = "",
    source: Word = "",
    value: Word = "",
    purpose: Word = "",
    last: Number = 0,
) -> Response[str]:
    """A case with its records side by side, why it is asked, and what either answer changes."""
    kept = {"kind": kind, "source": source, "value": value, "purpose": purpose}
    return _case_page(request, store, case_id, kept, last=last)


def _case_page(
    request: ScreenRequest, store: GivenStore, case_id: int, kept: dict[str, str], *, last: int = 0, trouble: str = ""
) -> Response[str]:
    actor = actor_of(request)
    with store.transaction() as connection:
        found = case_view.review(connection, actor, case_id, purpose=kept.get("purpose") or None)
        around = cases.neighbours(connection, found.case)
        before = case_desk.get_case(connection, actor, last) if last else None
        two = case_desk.needs_two(cases.rules(connection), found.case)
        titles = source_titles(connection)
    why = found.explanation
    return page(
        request,
        "case.html",
        status=409 if trouble else 200,
        review=found,
        case=found.case,
        grounds=ground_words(found.case.grounds),
        stakes=stakes_words(found.case.stakes),
        drawn=drawing(why.explanation, why.threshold) if why and why.explanation else None,
        reason=REASONS[why.reason] if why else "",
        kept={name: text for name, text in kept.items() if text},
        around=around,
        last=before if before and before.decided_by == actor.name else None,
        needs_two=two,
        trouble=trouble,
        titles=titles,
        is_mine=bool(found.case.is_claimed and found.case.claimed_by == actor.name),
        is_live=found.case.state not in _CLOSED,
        has_spoken=any(one.author == actor.name and one.verdict != "unsure" for one in found.verdicts),
    )


@post("/cases/{case_id:int}", guards=[has_right("judge")], sync_to_thread=True, status_code=200)
def decide(request: ScreenRequest, store: GivenStore, case_id: FromPath[int], data: Form) -> Response[str] | Redirect:
    """Give a verdict upon the case as it was shown, and go on to the next."""
    actor = actor_of(request)
    try:
        case_desk.decide(
            store, actor, case_id, data.get("verdict", ""), tag=data.get("tag", ""), reason=data.get("reason", "")
        )
    except Conflict:
        with store.transaction() as connection:
            present = case_desk.get_case(connection, actor, case_id)
        if present.decided_by != actor.name:
            is_taken = present.state in _CLOSED or bool(present.is_claimed and present.claimed_by != actor.name)
            return _case_page(request, store, case_id, data, trouble=_TAKEN if is_taken else _CHANGED)
    case_desk.follow(store)
    return _next(request, store, data, last=case_id)


@post("/cases/undo", guards=[has_right("judge")], sync_to_thread=True, status_code=200)
def undo(request: ScreenRequest, store: GivenStore, data: Form) -> Redirect:
    """Take back the last verdict of the user, and open its case again."""
    try:
        done = case_desk.undo(store, actor_of(request))
    except NotFound:
        return see_other("/cases")
    case_desk.follow(store)
    kept = {name: data[name] for name in ("kind", "source", "value", "purpose") if data.get(name)}
    return see_other(f"/cases/{done.case.case_id}" + ("?" + urlencode(kept) if kept else ""))


@post("/cases/{case_id:int}/claim", guards=[has_right("judge")], sync_to_thread=True, status_code=200)
def claim(request: ScreenRequest, store: GivenStore, case_id: FromPath[int], data: Form) -> Response[str] | Redirect:
    """Claim a case, or claim it for longer."""
    try:
        case_desk.claim(store, actor_of(request), case_id)
    except Conflict:
        return _case_page(request, store, case_id, data, trouble=_TAKEN)
    return see_other(f"/cases/{case_id}")


@post("/cases/{case_id:int}/release", guards=[has_right("judge")], sync_to_thread=True, status_code=200)
def release(request: ScreenRequest, store: GivenStore, case_id: FromPath[int], data: Form) -> Redirect:
    """Give a claim back."""
    case_desk.release(store, actor_of(request), case_id)
    return see_other("/cases")


@post("/cases", guards=[has_right("judge")], sync_to_thread=True, status_code=200)
def open_case(request: ScreenRequest, store: GivenStore, data: Form) -> Redirect:
    """Put a question about two records by hand."""
    left, right = (parse_key(data.get(side, "")) for side in ("left", "right"))
    made = case_desk.open_case(store, actor_of(request), left, right, data.get("note", ""))
    return see_other(f"/cases/{made.case_id}")


@post("/cases/rules", guards=[has_right("rule_cases")], sync_to_thread=True, status_code=200)
def set_rule(request: ScreenRequest, store: GivenStore, data: Form) -> Redirect:
    """From which value on cases of a kind need two persons; an empty value: never."""
    text = data.get("from_value", "").strip()
    if text and not (text.isascii() and text.isdecimal() and len(text) < 4):
        raise BadUsage("a value is from 0 to 100")
    case_desk.set_rule(store, actor_of(request), data.get("kind", ""), int(text) if text else None)
    return see_other("/cases#rules")


HANDLERS: Final = (
    show_queue, take_next, show_case, decide, undo, claim, release, open_case, set_rule,
)  # fmt: skip

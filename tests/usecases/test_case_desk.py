"""Claims, verdicts and four eyes: who may say what when, what becomes of it, and nobody decides the same case twice."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from threading import Barrier
from typing import Any

import pytest
from test_case_refresh import standing
from test_online import upsert
from test_stewardship import state

from doubtful import HERE, NEXT_DOOR, add_doubts
from litso.errors import BadUsage, Conflict, Forbidden, NotFound
from litso.store import cases, golden, judgements
from litso.store.cases import Case, Filter
from litso.store.database import Store
from litso.usecases import case_desk
from litso.usecases.access import Actor
from litso.usecases.case_desk import claim, claim_next, decide, open_case, release, set_rule, statistics, undo
from litso.usecases.case_refresh import refresh
from litso.usecases.online import Given
from litso.usecases.stewardship import undo as undo_judgement

ANNA, BORIS, VERA = (Actor(name, "steward") for name in ("анна", "борис", "вера"))
HEAD = Actor("глава", "administrator")


def doubts(store: Store, count: int = 1) -> list[Case]:
    """So many pairs in doubt."""
    add_doubts(store, count)
    return listed(store)


def listed(store: Store, chosen: Filter = Filter(), actor: Actor = ANNA) -> list[Case]:  # noqa: B008
    with store.transaction() as connection:
        return case_desk.queue(connection, actor, chosen)


def read(store: Store, case_id: int) -> Case:
    with store.transaction() as connection:
        return cases.get(connection, case_id)


def tag(store: Store, case: Case) -> str:
    with store.transaction() as connection:
        return case_desk.tag_of(connection, cases.get(connection, case.case_id))


# One person -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("verdict", "expected"), [("same", 1), ("different", 2)])
def test_a_verdict_is_a_judgement_and_undo_takes_both_back(store: Store, verdict: str, expected: int) -> None:
    (case,) = doubts(store)
    before, asked = state(store), standing(store)
    done = decide(store, ANNA, case.case_id, verdict, tag=tag(store, case), reason="паспорта")
    assert (done.case.state, done.case.outcome, done.case.decided_by) == ("decided", verdict, "анна")
    assert len(set(state(store)[0].values())) == expected
    with store.transaction() as connection:
        entry = judgements.get(connection, done.case.judgement_id or 0)
    assert (entry.verdict, entry.author, entry.reason) == (verdict, "анна", "паспорта")
    refresh(store)
    assert listed(store) == []
    assert undo(store, ANNA).case.state == "open"
    assert state(store) == before
    refresh(store)
    assert standing(store) == asked


def test_what_is_decided_comes_back_only_with_other_evidence(store: Store) -> None:
    (case,) = doubts(store)
    decide(store, ANNA, case.case_id, "different")
    refresh(store, everything=True)
    upsert(store, Given("crm", "0a", {**HERE, "phone": "+79270000100", "email": "ivanov@yandex.ru"}))
    refresh(store)
    assert listed(store) == []
    upsert(store, Given("crm", "0b", {**NEXT_DOOR, "phone": "+79270000100"}))
    refresh(store)
    (again,) = listed(store)
    assert (again.case_id, again.state, again.round) == (case.case_id, "open", 2)
    assert decide(store, BORIS, again.case_id, "same").case.outcome == "same"


def test_a_dismissed_question_is_no_judgement_and_stays_away(store: Store) -> None:
    (case,) = doubts(store)
    assert decide(store, ANNA, case.case_id, "dismiss").case.state == "dismissed"
    refresh(store, everything=True)
    assert listed(store) == []
    with store.transaction() as connection:
        assert connection.execute("select count(*) from judgement").fetchone() == (0,)
    assert [one.case_id for one in listed(store, Filter(state="dismissed"))] == [case.case_id]
    assert undo(store, ANNA, case.case_id).case.state == "open"


def test_who_is_unsure_leaves_it_to_others_and_two_of_them_decide_so(store: Store) -> None:
    (case,) = doubts(store)
    assert decide(store, ANNA, case.case_id, "unsure").case.state == "open"
    assert claim_next(store, ANNA) is None
    taken = claim_next(store, BORIS)
    assert taken is not None
    assert taken.case_id == case.case_id
    done = decide(store, BORIS, case.case_id, "unsure").case
    assert (done.state, done.outcome) == ("decided", "unsure")
    undo(store, BORIS)
    assert decide(store, ANNA, case.case_id, "same").case.outcome == "same"


def test_a_judgement_taken_back_elsewhere_asks_the_question_again(store: Store) -> None:
    (case,) = doubts(store)
    done = decide(store, ANNA, case.case_id, "different").case
    undo_judgement(store, BORIS, done.judgement_id or 0)
    refresh(store)
    assert [(one.case_id, one.state) for one in listed(store)] == [(case.case_id, "open")]


# Claims -----------------------------------------------------------------------------------------------------------


def test_a_claimed_case_is_not_anothers_until_the_lease_is_over(store: Store) -> None:
    first, second = doubts(store, 2)
    taken = claim_next(store, ANNA)
    assert taken is not None
    assert (taken.case_id, taken.claimed_by) == (first.case_id, "анна")
    for attempt in (claim, release):
        with pytest.raises(Conflict):
            attempt(store, BORIS, first.case_id)
    with pytest.raises(Conflict):
        decide(store, BORIS, first.case_id, "same")
    other = claim_next(store, BORIS)
    assert other is not None
    assert other.case_id == second.case_id
    assert claim_next(store, VERA) is None
    assert [one.case_id for one in listed(store, Filter(is_mine=True), BORIS)] == [second.case_id]
    with store.transaction() as connection:
        connection.execute("update steward_case set claimed_until = now() where case_id = %s", [first.case_id])
    late = claim_next(store, VERA)
    assert late is not None
    assert late.case_id == first.case_id
    release(store, VERA, first.case_id)
    assert claim(store, BORIS, first.case_id).claimed_by == "борис"


def test_a_case_that_changed_since_it_was_seen_is_not_decided(store: Store) -> None:
    (case,) = doubts(store)
    seen = tag(store, case)
    upsert(store, Given("crm", "0a", {**HERE, "email": "ivanov@yandex.ru"}))
    with pytest.raises(Conflict, match="changed"):
        decide(store, ANNA, case.case_id, "same", tag=seen)
    assert decide(store, ANNA, case.case_id, "same", tag=tag(store, case)).case.state == "decided"


def together(*works: Callable[[], Any]) -> list[Any]:
    """What several do at the same moment, or what they got for it."""
    barrier = Barrier(len(works))

    def begun(work: Callable[[], Any]) -> Any:
        barrier.wait()
        try:
            return work()
        except Conflict as error:
            return error

    with ThreadPoolExecutor(len(works)) as pool:
        return list(pool.map(begun, works))


def test_of_those_who_decide_at_once_one_decides_and_the_others_look_again(store: Store) -> None:
    for case in doubts(store, 2):
        seen = tag(store, case)
        people = [Actor(f"стюард{number}", "steward") for number in range(4)]
        done = together(
            *(
                lambda one=one, verdict=verdict: decide(store, one, case.case_id, verdict, tag=seen)  # noqa: B023
                for one, verdict in zip(people, ("same", "different") * 2, strict=True)
            )
        )
        assert sum(isinstance(one, Conflict) for one in done) == 3
    with store.transaction() as connection:
        assert connection.execute("select count(*), count(undone_at) from judgement").fetchone() == (2, 0)


def test_those_who_ask_for_the_next_at_once_get_different_cases(store: Store) -> None:
    doubts(store, 4)
    people = [Actor(f"стюард{number}", "steward") for number in range(4)]
    taken = together(*(lambda one=one: claim_next(store, one) for one in people))
    assert len({one.case_id for one in taken}) == 4


# Four eyes --------------------------------------------------------------------------------------------------------


def test_two_persons_decide_and_the_second_does_not_see_the_first_verdict(store: Store) -> None:
    (case,) = doubts(store)
    set_rule(store, HEAD, "doubt", 0)
    waiting = decide(store, ANNA, case.case_id, "different").case
    assert (waiting.state, waiting.outcome, waiting.judgement_id) == ("second", None, None)
    with pytest.raises(Conflict):
        decide(store, ANNA, case.case_id, "different")
    with store.transaction() as connection:
        given = cases.verdicts(connection, case.case_id)
        assert case_desk.verdicts_shown(BORIS, waiting, given) == []
        assert [one.verdict for one in case_desk.verdicts_shown(ANNA, waiting, given)] == ["different"]
        assert connection.execute("select count(*) from judgement").fetchone() == (0,)
    assert claim_next(store, ANNA) is None
    done = decide(store, BORIS, case.case_id, "different").case
    assert (done.state, done.outcome) == ("decided", "different")
    with pytest.raises(Conflict):
        undo(store, ANNA, case.case_id)
    assert undo(store, BORIS).case.state == "second"
    assert undo(store, ANNA).case.state == "open"


def test_a_third_person_decides_what_two_disagree_about(store: Store) -> None:
    (case,) = doubts(store)
    set_rule(store, HEAD, "doubt", 0)
    decide(store, ANNA, case.case_id, "same")
    escalated = decide(store, BORIS, case.case_id, "different").case
    assert escalated.state == "escalated"
    for one in (ANNA, BORIS):
        with pytest.raises(Conflict):
            decide(store, one, case.case_id, "same")
    with store.transaction() as connection:
        shown = case_desk.verdicts_shown(VERA, escalated, cases.verdicts(connection, case.case_id))
    assert [one.verdict for one in shown] == ["same", "different"]
    assert decide(store, VERA, case.case_id, "same").case.outcome == "same"
    assert undo(store, VERA).case.state == "escalated"
    with store.transaction() as connection:
        found = statistics(connection, HEAD)
    assert (found.doubled, found.agreed) == (1, 0)
    assert found.counts == {("doubt", "escalated"): 1}


def test_a_rule_counts_by_kind_and_value(store: Store) -> None:
    (case,) = doubts(store)
    set_rule(store, HEAD, "doubt", case.value + 1)
    set_rule(store, HEAD, "documents", 0)
    assert decide(store, ANNA, case.case_id, "same").case.state == "decided"
    undo(store, ANNA)
    set_rule(store, HEAD, "doubt", case.value)
    assert decide(store, ANNA, case.case_id, "same").case.state == "second"
    assert [rule.kind for rule in set_rule(store, HEAD, "doubt", None)] == ["documents"]
    with pytest.raises(Forbidden):
        set_rule(store, ANNA, "doubt", 0)
    for kind, value in (("nothing", 0), ("doubt", 101)):
        with pytest.raises(BadUsage):
            set_rule(store, HEAD, kind, value)


# By hand, and what is refused -------------------------------------------------------------------------------------


def test_a_question_is_put_by_hand_and_follows_its_records(store: Store) -> None:
    (case,) = doubts(store)
    made = open_case(store, ANNA, ("crm", "0b"), ("crm", "0a"), " говорит, что это отец ")
    assert (made.kind, made.note, made.opened_by, len(made.parties)) == ("manual", "говорит, что это отец", "анна", 2)
    with pytest.raises(Conflict):
        open_case(store, BORIS, ("crm", "0a"), ("crm", "0b"), "ещё раз")
    decide(store, BORIS, case.case_id, "same")
    refresh(store)
    assert len(read(store, made.case_id).parties) == 1
    assert decide(store, ANNA, made.case_id, "different").case.outcome == "different"
    again = open_case(store, BORIS, ("crm", "0a"), ("crm", "0b"), "новые документы")
    assert (again.case_id, again.state, again.round) == (made.case_id, "open", 2)


def test_filters_and_pages_of_the_queue(store: Store) -> None:
    found = doubts(store, 3)
    assert [one.priority for one in found] == sorted((one.priority for one in found), reverse=True)
    assert listed(store, Filter(kind="cut")) == []
    assert listed(store, Filter(source="billing")) == []
    assert listed(store, Filter(value=100)) == []
    assert len(listed(store, Filter(kind="doubt", source="crm", value=1, state="open"))) == 3
    with store.transaction() as connection:
        pages, after = [], cases.START
        while page := case_desk.queue(connection, ANNA, Filter(), after=after, limit=2):
            pages.append([one.case_id for one in page])
            after = page[-1].priority, page[-1].case_id
    assert [len(page) for page in pages] == [2, 1]
    assert [number for page in pages for number in page] == [one.case_id for one in found]


def test_what_cannot_be_done_is_refused(store: Store) -> None:
    (case,) = doubts(store)
    with pytest.raises(NotFound):
        decide(store, ANNA, 4711, "same")
    with pytest.raises(NotFound):
        undo(store, ANNA)
    with pytest.raises(NotFound):
        undo(store, ANNA, case.case_id)
    with pytest.raises(BadUsage):
        decide(store, ANNA, case.case_id, "perhaps")
    with pytest.raises(Forbidden):
        decide(store, Actor("олег", "operator"), case.case_id, "same")
    with pytest.raises(NotFound):
        open_case(store, ANNA, ("crm", "0a"), ("crm", "nobody"), "есть вопрос")
    with pytest.raises(BadUsage):
        open_case(store, ANNA, ("crm", "0a"), ("crm", "0a"), "есть вопрос")
    with store.transaction() as connection:
        assert golden.has_any(connection)
        found = statistics(connection, ANNA)
    assert found.counts == {("doubt", "open"): 1}
    assert 0 <= found.middle <= found.oldest < (datetime.now(UTC) - datetime(2020, 1, 1, tzinfo=UTC)).total_seconds()

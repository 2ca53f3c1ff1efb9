"""Operations: several parties merged, records parted, chosen values; foreseen as they happen, taken back whole."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from small_sources import load_rows, person, register
from test_online import assert_as_in_bulk, of_row, parties, upsert
from test_pinning import fix, unbroken

from litso.errors import BadUsage, Conflict, Forbidden, NotFound
from litso.store import consents, golden, judgements, operations, pins
from litso.store import parties as party_store
from litso.store.database import Store
from litso.usecases.access import Actor
from litso.usecases.operations import Done, merge, split, undo_operation
from litso.usecases.pinning import undo_pin
from litso.usecases.stewardship import judge, undo

STEWARD = Actor("анна", "steward")
WHY = "паспорт показан"


def party_of(store: Store, key: str) -> str:
    with store.transaction() as connection:
        return parties(connection)[key]


def whole(store: Store) -> tuple[Any, ...]:
    """All that an undo gives back, byte by byte: who belongs where, redirects, golden values, pins and consents."""
    with store.transaction() as connection:
        shown = connection.execute(
            "select party_id::text, name, golden_values::text, provenance::text, records from golden order by 1"
        ).fetchall()
        living = connection.execute("select party_id::text from party where redirect_to is null order by 1").fetchall()
        fixed = [(one.pin_id, one.party_id, one.source, one.source_id, one.value) for one in pins.held(connection)]
        said = [(one.consent_id, one.party_id, one.statement) for one in consents.held(connection)]
        return parties(connection), shown, living, fixed, said


def merged(store: Store, *keys: str, **more: Any) -> Done:
    return merge(store, STEWARD, [party_of(store, key) for key in keys], reason=WHY, **more)


def parted(store: Store, key: str, *chosen: str, **more: Any) -> Done:
    return split(store, STEWARD, party_of(store, key), [("crm", one) for one in chosen], reason=WHY, **more)


def people(store: Store, *rows: dict[str, str]) -> None:
    register(store, "crm")
    upsert(store, *(of_row(row) for row in rows))


def test_several_parties_become_one_and_come_back(store: Store, tmp_path: Path) -> None:
    people(store, *(person(number) for number in range(4)), person(1, id="1b", mail=""))
    before = whole(store)
    done = merged(store, "1", "2", "3")
    assert done.operation is not None
    assert len({party_of(store, key) for key in ("1", "1b", "2", "3")}) == 1
    assert party_of(store, "0") != party_of(store, "1")
    assert [share.records for share in done.effects.before] == [2, 1, 1]
    assert [share.records for share in done.effects.after] == [4]
    (kept,) = {share.party_id for share in done.effects.after}
    assert set(done.effects.redirected) == {share.party_id for share in done.effects.before} - {kept}
    assert set(done.effects.redirected.values()) == {kept}
    assert done.operation.outlook == done.effects.figures()
    assert "Кузнецова" not in str(done.operation.outlook)
    assert_as_in_bulk(store, tmp_path)
    undone = undo_operation(store, STEWARD, done.operation.operation_id)
    assert (undone.status, undone.undone_by) == ("undone", "анна")
    assert whole(store) == before
    with pytest.raises(Conflict, match="undone"):
        undo_operation(store, STEWARD, done.operation.operation_id)
    assert unbroken(store)
    assert_as_in_bulk(store, tmp_path)


def test_a_merge_holds_against_evidence_inside_the_parties(store: Store) -> None:
    """The steward said that all of these are one: what speaks for one record of a party does not pull it away."""
    people(store, person(1), person(1, id="b", mail=""), person(1, id="c", tel=""), person(2))
    merged(store, "1", "2")
    assert len(set(now(store).values())) == 1


def now(store: Store) -> dict[str, str]:
    with store.transaction() as connection:
        return parties(connection)


@pytest.mark.parametrize("together", [True, False])
def test_chosen_records_are_parted_from_all_the_rest(store: Store, tmp_path: Path, together: bool) -> None:
    people(
        store,
        *(person(1, id=key, **more) for key, more in zip("abcd", ({}, {"mail": ""}, {"tel": ""}, {}), strict=True)),
    )
    before = whole(store)
    assert len(set(before[0].values())) == 1
    done = parted(store, "a", "b", "c", together=together)
    found = now(store)
    assert found["b"] == found["c"] != found["a"] == found["d"]
    assert (len(done.effects.before), len(done.effects.after), done.effects.created) == (1, 2, 1)
    assert done.effects.systems == {"crm": 2}
    assert_as_in_bulk(store, tmp_path)
    assert done.operation is not None
    undo_operation(store, STEWARD, done.operation.operation_id)
    assert whole(store) == before
    assert_as_in_bulk(store, tmp_path)


def test_a_split_again_finds_the_same_ids(store: Store) -> None:
    people(store, person(1), person(1, id="b", mail=""))
    first = parted(store, "1", "b")
    after = whole(store)
    assert first.operation is not None
    undo_operation(store, STEWARD, first.operation.operation_id)
    parted(store, "1", "b")
    assert whole(store) == after


@pytest.mark.parametrize("what", ["merge", "split"])
def test_a_rehearsal_shows_what_happens_and_writes_nothing(store: Store, what: str) -> None:
    people(store, person(1), person(1, id="b", mail="", ls="6300000001"), person(2))
    fix(store, "2", "surname", "Юрьев")

    def work(**more: Any) -> Done:
        return merged(store, "1", "2", **more) if what == "merge" else parted(store, "1", "b", **more)

    before = whole(store)
    foreseen = work(is_rehearsal=True)
    assert foreseen.operation is None
    assert whole(store) == before
    with store.transaction() as connection:
        assert operations.latest(connection) == []
    done = work()
    unnamed = [share._replace(party_id=None) for share in done.effects.after]
    assert [share._replace(party_id=None) for share in foreseen.effects.after] == unnamed
    known = {share.party_id for share in foreseen.effects.after if share.party_id}
    assert known <= {share.party_id for share in done.effects.after}
    assert foreseen.effects._replace(after=(), redirected={}) == done.effects._replace(after=(), redirected={})
    assert foreseen.effects.redirected == done.effects.redirected


def test_chosen_values_are_pinned_by_a_merge_and_undone_with_it(store: Store) -> None:
    people(store, person(1), person(2))
    first = fix(store, "2", "surname", "Юрьев")
    before = whole(store)
    done = merged(store, "1", "2", values={"surname": "Третьякова", "phones": "8 927 111-22-33"})
    with store.transaction() as connection:
        shown = golden.get(connection, parties(connection)["1"]).golden_values
        assert (shown["surname"], shown["phones"][0]) == ("Третьякова", "+79271112233")
        assert {one.value for one in pins.held(connection)} == {"Третьякова", "+79271112233"}
    assert unbroken(store)
    assert done.operation is not None
    undo_operation(store, STEWARD, done.operation.operation_id)
    assert whole(store) == before
    with store.transaction() as connection:
        assert [one.pin_id for one in pins.held(connection)] == [first.pin_id]
    assert unbroken(store)
    with pytest.raises(BadUsage):
        merged(store, "1", "2", values={"surname": " "})
    assert whole(store) == before


def test_what_was_judged_over_is_undone_from_the_top(store: Store) -> None:
    people(store, person(1), person(2))
    before = whole(store)
    low = merged(store, "1", "2", values={"surname": "Юрьев"}).operation
    assert low is not None
    between = whole(store)
    over = judge(store, STEWARD, verdict="different", left=("crm", "1"), right=("crm", "2")).judgement
    with pytest.raises(Conflict, match="judged over"):
        undo_operation(store, STEWARD, low.operation_id)
    undo(store, STEWARD, over.judgement_id)
    assert whole(store) == between
    pinned = fix(store, "1", "surname", "Перов")
    with pytest.raises(Conflict, match="judged over"):
        undo_operation(store, STEWARD, low.operation_id)
    undo_pin(store, STEWARD, pinned.pin_id)
    assert whole(store) == between
    undo_operation(store, STEWARD, low.operation_id)
    assert whole(store) == before


def test_a_merge_over_a_veto_is_refused_and_names_it(store: Store) -> None:
    people(store, person(1), person(1, id="b", mail=""), person(2))
    parted(store, "1", "b")
    before = whole(store)
    with store.transaction() as connection:
        (veto,) = (one.judgement_id for one in judgements.active_of(connection, [("crm", "b")]))
    with pytest.raises(Conflict, match=rf"vetoes .*\b{veto}\b"):
        merged(store, "2", "1", "b")
    assert whole(store) == before
    judge(store, STEWARD, verdict="same", left=("crm", "1"), right=("crm", "b"))
    assert len(set(now(store).values())) == 2


def test_persons_and_organizations_do_not_merge(store: Store, tmp_path: Path) -> None:
    register(store, "crm")
    load_rows(store, tmp_path, "crm", [person(1)])
    with store.transaction() as connection:
        company = party_store.new_ids(1)[0]
        party_store.mint(connection, {company: "organization"}, is_handmade=True)
    with pytest.raises((Conflict, NotFound)):
        merge(store, STEWARD, [party_of(store, "1"), company], reason=WHY)


def test_what_no_operation_is_made_of(store: Store) -> None:
    people(store, person(1), person(1, id="b", mail=""), person(2))
    one = party_of(store, "1")
    with pytest.raises(BadUsage, match="two parties"):
        merge(store, STEWARD, [one, one], reason=WHY)
    with pytest.raises(BadUsage, match="reason"):
        merge(store, STEWARD, [one, party_of(store, "2")], reason=" ")
    with pytest.raises(NotFound):
        merge(store, STEWARD, [one, "nobody"], reason=WHY)
    with pytest.raises(Conflict):
        merge(store, STEWARD, [one, party_of(store, "2")], reason=WHY, versions={one: 99})
    with pytest.raises(Forbidden):
        merge(store, Actor("пётр", "operator"), [one, party_of(store, "2")], reason=WHY)
    for chosen in ((), ("1", "b"), ("2",), ("1", "nobody")):
        with pytest.raises(BadUsage, match="choose"):
            parted(store, "1", *chosen)
    with pytest.raises(NotFound):
        undo_operation(store, STEWARD, 4711)

"""One case as it is looked at: differences by character, masks and the log, what an answer changes; the command."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from test_online import upsert
from typer.testing import CliRunner

from doubtful import HERE, NEXT_DOOR, add_doubts
from litso.cli import app
from litso.errors import BadUsage, Forbidden
from litso.store import audit, cases
from litso.store.cases import Filter
from litso.store.database import Store
from litso.usecases import case_desk
from litso.usecases.access import Actor
from litso.usecases.case_refresh import refresh
from litso.usecases.case_view import Review, pieces, review
from litso.usecases.case_words import ground_words, stakes_words
from litso.usecases.online import Given
from litso.usecases.stewardship import judge

ANNA = Actor("анна", "steward")


def looked(store: Store, purpose: str | None = None) -> Review:
    """The first case of the queue."""
    with store.transaction() as connection:
        (first, *_) = case_desk.queue(connection, ANNA, Filter())
        return review(connection, ANNA, first.case_id, purpose=purpose)


@pytest.mark.parametrize(
    ("text", "other", "expected"),
    [
        ("Иванова", "Ивонова", "Ив[а]нова"),
        ("ИВАНОВА", "Иванова", "ИВАНОВА"),
        ("Иванов П", "Иванов", "Иванов[ П]"),
        ("Иванов", "", "Иванов"),
        ("", "Иванов", ""),
        ("12.04.1961", "12.05.1961", "12.0[4].1961"),
        ("İ", "i", "İ"),
    ],
)
def test_a_value_is_cut_where_it_differs(text: str, other: str, expected: str) -> None:
    cut = pieces(text, other)
    assert "".join(f"[{one.text}]" if one.is_other else one.text for one in cut) == expected


def test_two_records_side_by_side_masked_and_logged(store: Store) -> None:
    add_doubts(store)
    found = looked(store)
    assert [(one.source_id, one.side, one.is_asked) for one in found.columns] == [("0a", 0, True), ("0b", 1, True)]
    marks = {line.attribute: line.mark for line in found.lines}
    assert (marks["full_name"], marks["phones"], marks["address"]) == ("≈", "", "≈")
    phones = next(line for line in found.lines if line.attribute == "phones")
    assert "•" in phones.cells[0].pieces[0].text
    with store.transaction() as connection:
        logged = [
            (one.action, one.party_id, one.purpose) for one in audit.recent(connection, audit.Filter(actor="анна"))
        ]
    assert {("records", party, "") for party in found.case.party_ids} <= set(logged)
    full = looked(store, "stewardship")
    phones = next(line for line in full.lines if line.attribute == "phones")
    assert phones.cells[0].pieces[0].text == "+79270000100"
    with store.transaction() as connection:
        assert audit.recent(connection, audit.Filter(actor="анна"))[-1].actor == "анна"
        assert "reveal" in {one.action for one in audit.recent(connection, audit.Filter(actor="анна"))}
        with pytest.raises(Forbidden):
            review(connection, Actor("олег", "operator"), found.case.case_id)
        with pytest.raises(BadUsage):
            review(connection, ANNA, found.case.case_id, purpose="curiosity")


def test_what_is_foreseen_is_what_happens(store: Store) -> None:
    add_doubts(store)
    seen = looked(store)
    assert (seen.asked, seen.explanation is not None) == ("same", True)
    assert seen.effects is not None
    (merged,) = seen.effects.after
    assert [share.records for share in seen.effects.before] == [1, 1]
    before = {change.attribute: change for change in seen.golden}
    done = case_desk.decide(store, ANNA, seen.case.case_id, "same", tag=seen.tag)
    with store.transaction() as connection:
        values = connection.execute("select party_id::text, golden_values, records from golden").fetchall()
    ((party, golden, records),) = values
    assert (party, records) == (merged.party_id, merged.records)
    assert seen.effects.redirected == {old: party for old in seen.case.party_ids if old != party}
    for name in ("full_name", "address"):
        if name in before:
            assert golden[name] == before[name].then
    assert done.case.state == "decided"


def test_a_party_in_doubt_is_asked_about_from_inside(store: Store) -> None:
    add_doubts(store)
    born = {"full_name": HERE["full_name"], "phone": "+79270000100"}
    upsert(store, Given("crm", "x", {**born, "birth_date": "01.02.1980"}))
    upsert(store, Given("crm", "y", {**born, "birth_date": "25.11.1955", "address": NEXT_DOOR["address"]}))
    judge(store, ANNA, verdict="same", left=("crm", "x"), right=("crm", "y"))
    refresh(store)
    with store.transaction() as connection:
        (case,) = case_desk.queue(connection, ANNA, Filter(kind="split"))
        found = review(connection, ANNA, case.case_id)
    assert found.asked == "different"
    assert found.golden == ()
    assert {column.side for column in found.columns} == {0}
    assert found.effects is not None
    assert len(found.effects.after) == 2


def test_grounds_and_stakes_are_told_in_words() -> None:
    grounds: list[dict[str, Any]] = [
        {"what": "split", "attribute": "birth_date", "number": 2, "is_close": True},
        {"what": "documents", "attribute": "snils", "number": 2},
        {"what": "bridge", "weight": 1.25},
    ]
    assert ground_words(grounds) == [
        "разных действительных СНИЛС: 2 (95)",
        "субъекта держит одна слабая связь: 1,2 бит над порогом (59)",
        "уверенных дат рождения: 2, отличаются как описка (25)",
    ]
    assert stakes_words({"accounts": 1, "debt": 5000, "facts": 0, "messages": 0, "consents": 0}) == [
        "лицевых счетов: 1 (+10)",
        "долг, ₽: 5000 (+10)",
    ]


def test_the_command_lists_claims_decides_and_undoes(
    store: Store, database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LITSO_DATABASE_URL", database_url)
    monkeypatch.setenv("LITSO_HOME", str(tmp_path))
    add_doubts(store, 2)

    def run(*arguments: str) -> str:
        done = CliRunner().invoke(app, ["case", *arguments])
        assert done.exit_code == 0, done.output
        return done.stdout

    assert len(run("list").splitlines()) == 2
    shown = run("next", "--as", "анна")
    number = shown.split()[1].rstrip(":")
    assert "почти хватает" in shown
    assert '"claimed_by": "анна"' in run("show", number, "--json")
    assert "decided" in run("decide", number, "different", "--as", "анна")
    assert len(run("list").splitlines()) == 1
    assert "open" in run("undo", number, "--as", "анна")
    assert "without ground" in run("refresh", "--all")
    assert run("four-eyes", "doubt", "--from", "0", "--as", "глава").startswith("doubt\tfrom 0")
    assert run("four-eyes", "doubt") == ""
    assert "manual" in run("open", "crm:0a", "crm:1b", "--note", "спросить")
    with store.transaction() as connection:
        assert {one.kind for one in cases.queue(connection, Filter(), "анна")} == {"doubt", "manual"}

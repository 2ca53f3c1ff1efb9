"""`litso party`, `litso judge` and `litso consent`: what a steward does at a command line."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from small_sources import person
from test_bulk_judging import HEADER
from test_operations import party_of, people, whole
from typer.testing import CliRunner

from litso.cli import app
from litso.errors import BadUsage
from litso.store.database import Store

CONSENT = ("--purpose", "marketing", "--legal-entity", "АО Водоканал", "--channel", "sms")


@pytest.fixture
def run(store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Runs a command over the store; answers what it printed."""
    monkeypatch.setenv("LITSO_DATABASE_URL", store.url)
    monkeypatch.setenv("LITSO_HOME", str(tmp_path))

    def command(*words: str, status: int = 0) -> str:
        done = CliRunner().invoke(app, list(words))
        if isinstance(done.exception, Exception) and not isinstance(done.exception, SystemExit):
            raise done.exception
        assert done.exit_code == status, done.output
        return done.stdout

    return command


def test_parties_are_merged_split_and_undone(store: Store, run: Any) -> None:
    people(store, person(1), person(1, id="b", mail=""), person(2))
    before = whole(store)
    one, two = party_of(store, "1"), party_of(store, "2")
    assert "a new party" in run("party", "split", one, "crm:b", "--reason", "тёзка", "--dry-run")
    assert whole(store) == before
    made = json.loads(run("party", "merge", one, two, "--reason", "паспорт", "--value", "surname=Юрьева", "--json"))
    assert (made["operation"]["kind"], [share["records"] for share in made["effects"]["after"]]) == ("merge", [3])
    assert "undone" in run("party", "undo", str(made["operation"]["operation_id"]))
    assert whole(store) == before
    with pytest.raises(BadUsage, match="attribute=value"):
        run("party", "merge", one, two, "--reason", "паспорт", "--value", "surname")
    with pytest.raises(BadUsage, match="source:source_id"):
        run("party", "split", one, "b", "--reason", "тёзка")


def test_pairs_are_judged_from_a_file(store: Store, run: Any, tmp_path: Path) -> None:
    people(store, person(1), person(2))
    before = whole(store)
    path = tmp_path / "pairs.csv"
    path.write_text(HEADER + "crm;1;crm;2;same;\ncrm;1;crm;9;same;\n", encoding="utf-8")
    said = run("judge", "rehearse", str(path), "--reason", "сверка")
    assert "parties 2 → 1" in said
    assert "line 3, column right_id" in said
    number = said.removeprefix("operation ").partition(":")[0]
    assert "applied" in run("judge", "apply", number)
    assert len(set(whole(store)[0].values())) == 1
    assert json.loads(run("judge", "undo", number, "--json"))["status"] == "undone"
    assert whole(store) == before
    with pytest.raises(BadUsage, match="either a FILE"):
        run("judge", "rehearse", "--reason", "сверка", "--verdict", "same")


def test_consents_are_stated_shown_and_loaded(store: Store, run: Any, tmp_path: Path) -> None:
    people(store, person(1))
    party = party_of(store, "1")
    assert "given, on crm:1" in run("consent", "give", "crm:1", "+79271112233", *CONSENT, "--at", "2026-10-01")
    assert "refused" in run("consent", "refuse", party, "+79271112233", *CONSENT, "--at", "2026-10-02")
    assert "withdrawn" in run("consent", "withdraw", "crm:1", "a@mail.ru", *CONSENT[:-1], "email")
    shown = run("consent", "show", party)
    assert "refused\t+7 927 •••-••-33\tmarketing\tsms" in shown
    assert {one["state"] for one in json.loads(run("consent", "show", party, "--json"))} == {"refused", "withdrawn"}
    path = tmp_path / "consents.csv"
    head = "source;source_id;contact;purpose;legal_entity;channel;state\n"
    path.write_text(head + "crm;1;89271112233;debt;АО;sms;да\ncrm;1;89271112233;debt;АО;fax;да\n", encoding="utf-8")
    assert "entered 1, known already 0, not taken 1" in run("consent", "load", str(path))
    taken = json.loads(run("consent", "load", str(path), "--json", "--strict", status=1))
    assert (taken["known"], taken["bad"][0]["column"]) == (1, "channel")

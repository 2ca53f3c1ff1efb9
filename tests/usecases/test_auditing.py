"""The audit as a whole: the commands, heads kept elsewhere, a worker that seals, and a log that cannot be written."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from threading import Event, Thread

import pytest
from small_sources import MAPPING, load_rows, person, register, settings_in
from typer.testing import CliRunner

from litso.cli import program
from litso.errors import BadUsage, Forbidden, LitsoError, SourceUnusable
from litso.store import audit, audit_blocks
from litso.store.audit import Filter
from litso.store.database import Store, connect
from litso.usecases import auditing, history, profiles, search
from litso.usecases.access import ADMINISTRATOR, COMPLIANCE, OPERATOR, STEWARD, Actor
from litso.usecases.loading import register_source
from litso.usecases.pinning import pin, undo_pin
from litso.usecases.stewardship import judge
from litso.usecases.working import work

ANNA = Actor("anna", STEWARD)
DESK = Actor("desk", OPERATOR)
ROOT = Actor("root", ADMINISTRATOR)


@pytest.fixture
def parties(store: Store, tmp_path: Path) -> list[str]:
    """Three persons of one source."""
    register(store, "crm")
    load_rows(store, tmp_path, "crm", [person(number) for number in range(3)])
    with store.transaction() as connection:
        return [row[0] for row in connection.execute("select party_id::text from golden order by name").fetchall()]


def told(store: Store, **wanted: str) -> list[tuple[str, str]]:
    with store.transaction() as connection:
        return [(one.actor, one.action) for one in audit.recent(connection, Filter(**wanted))][::-1]


def test_what_people_do_is_written_with_their_names(store: Store, parties: list[str], tmp_path: Path) -> None:
    fixed = pin(store, ANNA, parties[0], attribute="gender", value="М", reason="паспорт")
    undo_pin(store, Actor("boris", STEWARD), fixed.pin_id)
    judge(store, ANNA, verdict="different", left=("crm", "0"), right=("crm", "1"))
    register_source(store, MAPPING.format(name="crm", priority=7), "crm.yaml", by="root")
    assert told(store, what="change") == [
        ("cli", "source.add"), ("cli", "load.delta"), ("anna", "pin.add"), ("boris", "pin.undo"),
        ("anna", "judgement.different"), ("root", "source.change"),
    ]  # fmt: skip
    assert told(store, party_id=parties[0], what="pin") == [("anna", "pin.add"), ("boris", "pin.undo")]


def test_reads_can_be_found_by_who_what_why_and_when(store: Store, parties: list[str]) -> None:
    with store.transaction() as connection:
        profiles.read_profile(connection, DESK, parties[0])
        profiles.read_profile(connection, DESK, parties[1], purpose="call")
        search.search(connection, ANNA, "Иванов")
    assert told(store, what="read") == [("desk", "profile"), ("desk", "reveal"), ("anna", "search")]
    assert told(store, purpose="call") == [("desk", "reveal")]
    assert told(store, actor="anna") == [("anna", "search")]
    with store.transaction() as connection:
        page = auditing.read_trail(connection, ROOT, Filter(what="read"), limit=2)
        rest = auditing.read_trail(connection, ROOT, Filter(what="read"), limit=2, before=page.following)
        assert [one.action for one in (*page.entries, *rest.entries)] == ["search", "reveal", "profile"]
        assert rest.following is None
        later = Filter(since=page.entries[0].at)
        assert [one.action for one in auditing.read_trail(connection, ROOT, later).entries] == ["search"]
        with pytest.raises(Forbidden):
            auditing.read_trail(connection, DESK, Filter())
        with pytest.raises(BadUsage):
            auditing.read_trail(connection, ROOT, Filter(party_id="кто"))


def test_entries_of_checks_are_for_compliance_alone(store: Store, parties: list[str]) -> None:
    with store.transaction() as connection:
        for action in ("check", "check.decide", "profile"):
            audit.write(connection, actor="lena", action=action, party_id=parties[0])
        wanted = Filter(actor="lena")
        assert len(auditing.read_trail(connection, Actor("lena", COMPLIANCE), wanted).entries) == 3
        assert len(auditing.read_trail(connection, ROOT, wanted).entries) == 1
        assert len(history.read_accesses(connection, ANNA, parties[0])) == 1


@contextmanager
def full_disk(store: Store) -> Iterator[None]:
    """As long as it lasts no entry can be written."""
    with connect(store.url) as broken:
        broken.execute("alter table audit add constraint full_disk check (false) not valid")
    try:
        yield
    finally:
        with connect(store.url) as whole:
            whole.execute("alter table audit drop constraint full_disk")


def test_while_the_audit_cannot_be_written_nothing_is_shown_or_changed(store: Store, parties: list[str]) -> None:
    reads = [
        lambda one: profiles.read_profile(one, DESK, parties[0]),
        lambda one: profiles.read_profile(one, DESK, parties[0], purpose="call"),
        lambda one: profiles.read_records(one, DESK, parties[0]),
        lambda one: profiles.read_timeline(one, DESK, parties[0]),
        lambda one: history.read_history(one, DESK, parties[0]),
        lambda one: search.search(one, DESK, "Иванов"),
        lambda one: search.by_phone(one, DESK, "+79271234567"),
    ]
    with full_disk(store):
        for read in reads:
            with pytest.raises(LitsoError), store.transaction() as connection:
                read(connection)
        with pytest.raises(LitsoError):
            pin(store, ANNA, parties[0], attribute="gender", value="М", reason="паспорт")
    with store.transaction() as connection:
        assert connection.execute("select from pin").fetchall() == []
        for read in reads:
            assert read(connection) is not None


# The chain ------------------------------------------------------------------------------------------------------


def test_a_worker_seals_and_tells_the_head(store: Store, parties: list[str], tmp_path: Path) -> None:
    settings = replace(settings_in(tmp_path), audit_heads=tmp_path / "heads")
    stop, ready = Event(), Event()
    thread = Thread(target=work, args=(store, settings, stop), kwargs={"kinds": {}, "on_ready": ready.set})
    thread.start()
    ready.wait(30)
    stop.set()
    thread.join()
    with store.transaction() as connection:
        found, tail = auditing.verify(connection), audit_blocks.tail(connection)
        heads = auditing.read_heads(tmp_path / "heads")
        assert (tail.rows, found.faults) == (0, ())
        assert found.rows > 0
        assert [(head.block_id, head.digest) for head in heads] == [(found.head.block_id, found.head.hash.hex())]
        assert auditing.verify(connection, heads=heads).faults == ()


@pytest.mark.parametrize("forgery", [
    "delete from audit_block; delete from audit where audit_id = (select min(audit_id) from audit)",
    "delete from audit_block where block_id = (select max(block_id) from audit_block)",
])  # fmt: skip
def test_a_chain_made_anew_is_found_by_a_head_kept_elsewhere(store: Store, parties: list[str], forgery: str) -> None:
    auditing.seal_all(store)
    with store.transaction() as connection:
        head = auditing.last_block(connection)
        assert head is not None
    known = [auditing.Head(head.block_id, head.hash.hex())]
    with connect(store.url) as connection:
        connection.execute("set session_replication_role = replica")
        for statement in forgery.split(";"):
            connection.execute(statement.encode())
    auditing.seal_all(store)
    with store.transaction() as connection:
        assert auditing.verify(connection).faults == ()  # by itself the new chain is sound
        assert [fault.what for fault in auditing.verify(connection, heads=known).faults] == [
            "the head that was written down is not in the chain"
        ]


@pytest.mark.parametrize(("text", "head"), [
    ("a" * 64, (None, "a" * 64)), (f"17 {'B' * 64}", (17, "b" * 64)),
    (f"2026-11-22T10:00:00Z 3 {'0' * 64}", (3, "0" * 64)),
])  # fmt: skip
def test_a_head_is_read_as_it_was_written_down(text: str, head: tuple[int | None, str]) -> None:
    assert auditing.parse_head(text, "here") == head


@pytest.mark.parametrize("text", ["", "17", "x" * 64, f"17 {'a' * 63}"])
def test_what_is_no_head_is_refused_with_its_place(text: str) -> None:
    with pytest.raises(SourceUnusable, match="heads, line 2"):
        auditing.parse_head(text, "heads, line 2")


# The commands ---------------------------------------------------------------------------------------------------


def litso(store: Store, *arguments: str) -> tuple[int, str]:
    found = CliRunner().invoke(program(arguments), list(arguments), env={"LITSO_DATABASE_URL": store.url})
    return (3 if isinstance(found.exception, LitsoError) else found.exit_code), found.stdout


def test_the_commands_tell_seal_and_verify(store: Store, parties: list[str], tmp_path: Path) -> None:
    assert litso(store, "audit", "seal")[0] == 0
    status, out = litso(store, "audit", "verify", "--json")
    found = json.loads(out)
    assert (status, found["faults"], found["unsealed"], found["blocks"]) == (0, [], 0, 1)
    head = litso(store, "audit", "head")[1].strip()
    assert litso(store, "audit", "verify", "--head", head)[0] == 0
    assert litso(store, "audit", "verify", "--head", "0" * 64)[0] == 3
    listed = json.loads(litso(store, "audit", "list", "--action", "load", "--json")[1])
    assert [(one["actor"], one["action"]) for one in listed] == [("cli", "load.delta")]
    assert litso(store, "audit", "export", "--out", str(tmp_path / "all.jsonl"))[0] == 0
    lines = [json.loads(line) for line in (tmp_path / "all.jsonl").read_text(encoding="utf-8").splitlines()]
    assert len(lines) == found["rows"]
    with connect(store.url) as connection:
        connection.execute("set session_replication_role = replica")
        connection.execute("update audit set actor = 'nobody' where action = 'load.delta'")
    status, out = litso(store, "audit", "verify")
    assert status == 3
    assert f"block 1: rows were changed: rows {listed[0]['audit_id']}" in out


def test_the_commands_list_alarms_and_set_thresholds(store: Store, parties: list[str]) -> None:
    with store.transaction() as connection:
        for party in parties:
            audit.write(connection, actor="anna", action="profile", party_id=party)
    assert litso(store, "audit", "alarms") == (0, "")
    assert "parties\tpeople 3\tprograms never" in litso(store, "audit", "rule", "parties", "--people", "3")[1]
    found = json.loads(litso(store, "audit", "alarms", "--json")[1])
    assert [(one["actor"], one["rule"], one["measured"]) for one in found] == [("anna", "parties", 3)]
    assert "anna\tparties\t3/3" in litso(store, "audit", "alarms")[1]
    assert litso(store, "audit", "rule", "other")[0] == 3

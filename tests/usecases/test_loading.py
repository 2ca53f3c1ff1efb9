"""Loads end to end on a real PostgreSQL: what a file becomes, what a second one changes, what a gate holds."""

from __future__ import annotations

from pathlib import Path

import pytest
from small_sources import load_rows, person, register, settings_in, write_csv

from litso.commands.load import as_document
from litso.errors import BadUsage, Conflict, NotFound, SourceUnusable
from litso.store import facts, golden, loads, quarantine, records, search
from litso.store.database import Store
from litso.store.loads import Counts
from litso.usecases.loading import Request, approve_load, load_files, reject_load


def party_of(store: Store, source: str, source_id: str) -> str:
    with store.transaction() as connection:
        found = records.find(connection, source, source_id)
    assert found is not None
    assert found.party_id is not None
    return found.party_id


def test_a_file_becomes_records_parties_and_golden_records(store: Store, tmp_path: Path) -> None:
    register(store, "billing")
    outcome = load_rows(store, tmp_path, "billing", [person(number) for number in range(4)])
    assert (outcome.status, outcome.counts) == ("done", Counts(rows_in=4, inserted=4))
    assert outcome.touched.created == 4
    with store.transaction() as connection:
        found = golden.get(connection, party_of(store, "billing", "1"))
        debts = facts.of_accounts(connection, [person(1)["ls"]])
    assert found.golden_values["full_name"] == "Кузнецова Мария Павловна"
    assert found.provenance["surname"][0] | {"at": None} == {
        "value": "Кузнецова", "rule": "only", "qc": 0, "said_by": 1, "source": "billing", "source_id": "1", "at": None,
    }  # fmt: skip
    assert [(fact.kind, str(fact.amount)) for fact in debts] == [("account", "10.50")]


def test_records_of_two_sources_become_one_party_with_values_of_both(store: Store, tmp_path: Path) -> None:
    register(store, "billing", priority=9)
    register(store, "crm")
    load_rows(store, tmp_path, "billing", [person(1, tel="", mail="")])
    outcome = load_rows(store, tmp_path, "crm", [person(1, id="C1", ls="", fio="кузнецова мария")])
    party = party_of(store, "crm", "C1")
    assert party == party_of(store, "billing", "1")
    assert (outcome.touched.created, outcome.touched.changed) == (0, 1)
    with store.transaction() as connection:
        values = golden.get(connection, party).golden_values
    assert values["patronymic"] == "Павловна"
    assert values["phones"] == [person(1)["tel"]]
    assert values["accounts"] == [person(1)["ls"]]


def test_a_load_tells_the_seconds_of_its_stages_and_a_failed_one_leaves_no_spool(store: Store, tmp_path: Path) -> None:
    register(store, "billing")
    outcome = load_rows(store, tmp_path, "billing", [person(1)])
    assert list(outcome.seconds)[:-4] == [
        "reading", "comparing", "standardizing", "resolving", "writing parties", "writing records", "writing facts",
        "golden records",
    ]  # fmt: skip
    assert set(list(outcome.seconds)[-4:]) == {"relating", "cases", "measuring quality", "screening"}, "side by side"
    document = as_document(outcome, 5 << 20)
    assert document["seconds"].keys() == outcome.seconds.keys()
    assert document["peak_memory_mb"] == 5
    (tmp_path / "empty.csv").write_bytes(b"")
    with pytest.raises(SourceUnusable):
        load_files(store, settings_in(tmp_path), [Request("billing", (tmp_path / "empty.csv",))])
    assert list((tmp_path / "loads").iterdir()) == []


def test_of_facts_repeated_in_a_load_the_last_counts_with_its_record(store: Store, tmp_path: Path) -> None:
    register(store, "billing")
    rows = [person(1), person(2, ls=person(1)["ls"], saldo="77"), person(3, ls=f"ЛС № {person(3)['ls']}")]
    for again in (rows, [*rows, person(4)]):
        load_rows(store, tmp_path, "billing", again)
        with store.transaction() as connection:
            owner = records.find(connection, "billing", "2")
            [debt] = facts.of_accounts(connection, [person(1)["ls"]])
            assert [fact.fact_key for fact in facts.of_accounts(connection, [person(3)["ls"]])] == [rows[2]["ls"]]
        assert owner is not None
        assert (str(debt.amount), debt.record_id) == ("77.00", owner.record_id)


def test_new_changed_and_returned_records_of_one_load_get_nodes_of_their_own(store: Store, tmp_path: Path) -> None:
    register(store, "billing")
    load_rows(store, tmp_path, "billing", [person(1), person(2), person(3)], "full")
    held = load_rows(store, tmp_path, "billing", [person(1), person(2)], "full")
    assert approve_load(store, settings_in(tmp_path), held.load_id).counts.deleted == 1
    rows = [person(4), person(2, fio="Петренко Ольга"), person(3), person(1)]
    outcome = load_rows(store, tmp_path, "billing", rows)
    assert (outcome.counts.inserted, outcome.counts.changed, outcome.counts.unchanged) == (2, 1, 1)
    with store.transaction() as connection:
        found = records.find_many(connection, [("billing", str(number)) for number in (1, 2, 3, 4)])
    by_key = {record.source_id: record for record in found}
    assert by_key["2"].standard["surname"] == "Петренко"
    assert [by_key[key].version for key in "1234"] == [1, 2, 2, 1]
    assert len({record.node_id for record in found}) == len({record.party_id for record in found}) == 4


def test_the_same_file_again_changes_nothing(store: Store, tmp_path: Path) -> None:
    register(store, "billing")
    rows = [person(number) for number in range(3)]
    load_rows(store, tmp_path, "billing", rows)
    assert load_rows(store, tmp_path, "billing", rows).status == "repeated"
    shuffled = load_rows(store, tmp_path, "billing", rows[::-1])
    assert (shuffled.counts, shuffled.touched.changed) == (Counts(rows_in=3, unchanged=3), 0)


def test_a_changed_row_is_a_new_version_of_the_record_and_of_the_golden_record(store: Store, tmp_path: Path) -> None:
    register(store, "billing")
    load_rows(store, tmp_path, "billing", [person(1), person(2)])
    party = party_of(store, "billing", "1")
    outcome = load_rows(store, tmp_path, "billing", [person(1, mail="new@mail.ru")])
    assert outcome.counts == Counts(rows_in=1, changed=1)
    assert party_of(store, "billing", "1") == party
    with store.transaction() as connection:
        found = records.find(connection, "billing", "1")
        assert found is not None
        assert [version.version for version in records.versions(connection, found.record_id)] == [1]
        assert golden.get(connection, party).golden_values["emails"] == ["new@mail.ru"]
        assert golden.versions(connection, party)[1].golden_values["emails"] == [person(1)["mail"]]


def test_a_delta_deletes_nothing_and_a_full_load_what_is_gone(store: Store, tmp_path: Path) -> None:
    register(store, "billing")
    load_rows(store, tmp_path, "billing", [person(number) for number in range(100)], "full")
    party = party_of(store, "billing", "99")
    assert load_rows(store, tmp_path, "billing", [person(0)]).counts.deleted == 0
    outcome = load_rows(store, tmp_path, "billing", [person(number) for number in range(99)], "full")
    assert outcome.counts == Counts(rows_in=99, unchanged=99, deleted=1)
    with store.transaction() as connection:
        found = records.find(connection, "billing", "99")
        assert found is not None
        assert found.deleted_at is not None
        assert golden.find(connection, party) is None
        assert facts.of_accounts(connection, [person(99)["ls"]]) == []


def test_a_deleted_record_that_returns_goes_back_to_a_living_party(store: Store, tmp_path: Path) -> None:
    register(store, "billing")
    register(store, "crm")
    load_rows(store, tmp_path, "crm", [person(1, id="C1")])
    load_rows(store, tmp_path, "billing", [person(number) for number in range(100)], "full")
    load_rows(store, tmp_path, "billing", [person(number) for number in range(100) if number != 1], "full")
    outcome = load_rows(store, tmp_path, "billing", [person(number) for number in range(100)], "full")
    assert outcome.counts == Counts(rows_in=100, inserted=1, unchanged=99)
    assert party_of(store, "billing", "1") == party_of(store, "crm", "C1")


def test_a_load_that_would_delete_much_waits_for_a_human(store: Store, tmp_path: Path) -> None:
    register(store, "billing")
    load_rows(store, tmp_path, "billing", [person(number) for number in range(60)], "full")
    held = load_rows(store, tmp_path, "billing", [person(number) for number in range(30)], "full")
    assert held.status == "held"
    assert {gate.name for gate in held.gates} == {"rows", "deleted"}
    with store.transaction() as connection:
        assert records.count_live(connection, "billing") == 60
    outcome = approve_load(store, settings_in(tmp_path), held.load_id)
    assert outcome.counts.deleted == 30
    with pytest.raises(Conflict):
        approve_load(store, settings_in(tmp_path), held.load_id)


def test_a_rejected_load_leaves_nothing(store: Store, tmp_path: Path) -> None:
    register(store, "billing")
    load_rows(store, tmp_path, "billing", [person(number) for number in range(60)], "full")
    held = load_rows(store, tmp_path, "billing", [person(number) for number in range(30)], "full")
    reject_load(store, settings_in(tmp_path), held.load_id, "Иванова")
    with store.transaction() as connection:
        assert loads.get(connection, held.load_id).status == "rejected"
        assert records.count_live(connection, "billing") == 60
    assert not (tmp_path / "loads" / str(held.load_id)).exists()


def test_a_column_that_is_gone_holds_the_load(store: Store, tmp_path: Path) -> None:
    register(store, "billing")
    first = write_csv(tmp_path / "a.csv", [person(1)], ("extra", "id", "fio", "bdate", "tel", "mail", "adres", "ls",
                                                        "changed", "saldo"))  # fmt: skip
    second = write_csv(tmp_path / "b.csv", [person(2)])
    settings = settings_in(tmp_path)
    load_files(store, settings, [Request("billing", (first,))])
    (held,) = load_files(store, settings, [Request("billing", (second,))])
    assert [gate.name for gate in held.gates] == ["columns"]


def test_bad_rows_go_to_quarantine_with_line_and_reason_and_the_sums_agree(store: Store, tmp_path: Path) -> None:
    register(store, "billing")
    rows = [*(person(number) for number in range(40)), person(41, id="")]
    outcome = load_rows(store, tmp_path, "billing", rows)
    assert outcome.counts == Counts(rows_in=41, inserted=40, quarantined=1)
    with store.transaction() as connection:
        (row,) = quarantine.list_rows(connection)
    assert (row.line, row.code, row.column_name) == (42, "missing_key", "id")


def test_nothing_is_loaded_when_one_of_the_files_is_unusable(store: Store, tmp_path: Path) -> None:
    register(store, "billing")
    register(store, "crm")
    good = write_csv(tmp_path / "good.csv", [person(1)])
    bad = tmp_path / "bad.csv"
    bad.write_bytes(b"")
    with pytest.raises(SourceUnusable):
        load_files(store, settings_in(tmp_path), [Request("billing", (good,)), Request("crm", (bad,))])
    with store.transaction() as connection:
        assert records.find(connection, "billing", "1") is None
        assert {load.status for load in loads.recent(connection)} == {"failed"}


def test_what_cannot_be_asked_is_refused(store: Store, tmp_path: Path) -> None:
    register(store, "billing")
    settings = settings_in(tmp_path)
    path = write_csv(tmp_path / "a.csv", [person(1)])
    with pytest.raises(NotFound, match="nobody"):
        load_files(store, settings, [Request("nobody", (path,))])
    with pytest.raises(BadUsage, match="no such file"):
        load_files(store, settings, [Request("billing", (tmp_path / "none.csv",))])
    with pytest.raises(BadUsage, match="once"):
        load_files(store, settings, [Request("billing", (path,)), Request("billing", (path,))])


def test_parties_are_found_by_former_names_and_meters(store: Store, tmp_path: Path) -> None:
    register(store, "billing")
    register(store, "crm", priority=5)
    load_rows(store, tmp_path, "billing", [person(1)])
    load_rows(store, tmp_path, "crm", [person(1, id="C1", fio="Белова Мария Павловна")])
    with store.transaction() as connection:
        hits = search.find(connection, [[search.Term("n:кузнецова", False)], [search.Term("n:белова", False)]])
    assert [hit.party_id for hit in hits] == [party_of(store, "crm", "C1")]

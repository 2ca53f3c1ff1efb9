"""Statements of consent: from facts, files and the desk; on records, so that they move and return with them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from small_sources import MAPPING, load_rows, person, settings_in, write_csv
from test_online import parties
from test_operations import merged, parted, people, whole

from litso.errors import BadUsage, Conflict, Forbidden, NotFound, RowRejected, SourceUnusable
from litso.store import changes, consents, quarantine
from litso.store.database import Store
from litso.usecases.access import Actor
from litso.usecases.consenting import Said, checked, load_file, read_consents, state_consent, take_back
from litso.usecases.loading import Request, load_files, register_source
from litso.usecases.operations import undo_operation

STEWARD = Actor("анна", "steward")
DESK = Actor("пётр", "operator")
WATER = "АО «Водоканал»"
YES = Said("8 927 111-22-33", "marketing", WATER, "sms", "given")
NO = YES._replace(state="refused")


def tell(store: Store, key: str, said: Said) -> consents.Consent:
    return state_consent(store, DESK, said, record=("crm", key))


def holds(store: Store, key: str) -> dict[str, str]:
    """Channel → state of the party of a record."""
    with store.transaction() as connection:
        return {one.channel: one.state for one in read_consents(connection, STEWARD, parties(connection)[key])}


def test_a_merge_narrows_and_says_so_a_split_gives_each_its_own_back(store: Store) -> None:
    people(store, person(1), person(2))
    tell(store, "1", YES)
    tell(store, "1", YES._replace(channel="call"))
    tell(store, "2", NO)
    before = whole(store)
    foreseen = merged(store, "1", "2", is_rehearsal=True).effects
    done = merged(store, "1", "2")
    assert foreseen.narrowed == done.effects.narrowed
    assert [subject.channel for subject in done.effects.narrowed] == ["sms"]
    assert holds(store, "1") == {"sms": "refused", "call": "given"}
    assert done.operation is not None
    assert (done.operation.outlook["narrowed"], "9271112233" in str(done.operation.outlook)) == (1, False)
    undo_operation(store, STEWARD, done.operation.operation_id)
    assert whole(store) == before
    merged(store, "1", "2")
    apart = parted(store, "1", "2")
    assert [subject.channel for subject in apart.effects.returned] == ["sms"]
    assert (holds(store, "1"), holds(store, "2")) == ({"sms": "given", "call": "given"}, {"sms": "refused"})


def test_a_statement_stays_with_its_record_through_loads_and_its_deletion(store: Store, tmp_path: Path) -> None:
    people(store)
    rows = [person(number) for number in range(60)]
    load_rows(store, tmp_path, "crm", rows, "full")
    tell(store, "1", NO)
    with store.transaction() as connection:
        party = parties(connection)["1"]
    load_rows(store, tmp_path, "crm", [row for row in rows if row["id"] != "1"], "full")
    with store.transaction() as connection:
        assert [one.party_id for one in consents.held(connection)] == [party]
    load_rows(store, tmp_path, "crm", rows, "full")
    assert holds(store, "1") == {"sms": "refused"}


def test_the_desk_speaks_for_a_party_on_the_record_that_has_the_contact(store: Store) -> None:
    people(store, person(1, mail=""), person(1, id="b", tel="+79271112233"))
    with store.transaction() as connection:
        party = parties(connection)["1"]
    entry = state_consent(store, DESK, YES, party_id=party)
    assert (entry.source_id, entry.contact, entry.author) == ("b", "+79271112233", "пётр")
    assert entry.said_at is not None
    when = datetime(2026, 10, 1, tzinfo=UTC)
    first = tell(store, "1", NO._replace(said_at=when))
    assert tell(store, "1", NO._replace(said_at=when)).consent_id == first.consent_id
    with store.transaction() as connection:
        told = [(one.type, one.party_id) for one in changes.after(connection, 0) if one.type.startswith("consent.")]
        assert told == [("consent.given", party), ("consent.refused", party)]
        assert "+7927" not in str([one.data for one in changes.after(connection, 0)])
    assert holds(store, "1") == {"sms": "refused"}
    take_back(store, STEWARD, first.consent_id)
    assert holds(store, "1") == {"sms": "given"}
    with pytest.raises(Conflict):
        take_back(store, STEWARD, first.consent_id)


def test_contacts_are_masked_until_a_purpose_is_given_and_reads_are_logged(store: Store) -> None:
    people(store, person(1))
    tell(store, "1", YES)
    with store.transaction() as connection:
        party = parties(connection)["1"]
        (masked,) = read_consents(connection, DESK, party)
        (full,) = read_consents(connection, DESK, party, purpose="call")
        assert (masked.contact, full.contact) == ("+7 927 •••-••-33", "+79271112233")
        assert masked.entry.contact == masked.contact
        read = "select count(*) from audit where fields = '{consents}' and action in ('records', 'reveal')"
        assert connection.execute(read).fetchone() == (2,)
        with pytest.raises(Forbidden):
            read_consents(connection, Actor("ия", "analyst"), party)


@pytest.mark.parametrize(
    ("change", "column"),
    [
        ({"contact": "позвонить завтра"}, "contact"),
        ({"state": "maybe"}, "state"),
        ({"purpose": "marketing, debt"}, "purpose"),
        ({"channel": "pigeon"}, "channel"),
        ({"channel": "email"}, "channel"),
        ({"contact": "a@mail.ru"}, "channel"),
        ({"legal_entity": " "}, "legal_entity"),
        ({"evidence": "x" * 501}, "evidence"),
        ({"state": "refused", "until": datetime(2030, 1, 1, tzinfo=UTC)}, "until"),
        ({"said_at": datetime(2026, 1, 2), "until": datetime(2026, 1, 1)}, "until"),
    ],
)
def test_what_is_no_statement(change: dict[str, Any], column: str) -> None:
    with pytest.raises(RowRejected) as refused:
        checked(("crm", "1"), YES._replace(**change))
    assert refused.value.column == column


@pytest.mark.parametrize("word", ["да", "Согласен", "yes", "1", "GIVEN"])
def test_states_are_understood_as_sources_write_them(word: str) -> None:
    assert checked(("crm", "1"), YES._replace(state=word)).state == "given"


CONSENTS = """
  - kind: consent
    key: id
    at: signed
    until: expires
    status: agreed
    data:
      contact: tel
      purpose: {value: marketing}
      channel: {value: sms}
      legal_entity: {value: "АО «Водоканал»"}
      form: {value: paper}
"""


def test_statements_arrive_as_facts_of_a_mapping(store: Store, tmp_path: Path) -> None:
    register_source(store, MAPPING.format(name="crm", priority=0) + CONSENTS, "crm.yaml")
    columns = (*person(1), "signed", "expires", "agreed")

    def load(mode: str, *rows: dict[str, str]) -> None:
        path = write_csv(tmp_path / "crm.csv", rows, columns)
        load_files(store, settings_in(tmp_path), [Request("crm", (path,), mode)])

    def row(number: int, agreed: str, signed: str = "01.10.2026", **more: str) -> dict[str, str]:
        return person(number, agreed=agreed, signed=signed, **more)

    strange = row(3, "не знаю")
    load("full", row(1, "да"), row(2, "нет"), strange, *(row(number, "") for number in range(4, 60)))
    assert [holds(store, key) for key in ("1", "2", "3")] == [{"sms": "given"}, {"sms": "refused"}, {}]
    with store.transaction() as connection:
        (bad, *_) = quarantine.list_rows(connection, code="bad_consent")
        assert (bad.source_id, bad.column_name) == ("3", "state")
        assert "+7927" in bad.payload
    load("full", row(1, "да"), row(2, "нет"), strange, *(row(number, "") for number in range(4, 60)))
    load("delta", row(1, "отозвано", "05.10.2026"))
    with store.transaction() as connection:
        said = [(one.source_id, one.state, one.form) for one in consents.held(connection)]
        events = [one.type for one in changes.after(connection, 0) if one.type.startswith("consent.")]
    assert said == [("1", "given", "paper"), ("2", "refused", "paper"), ("1", "withdrawn", "paper")]
    assert events == ["consent.given", "consent.refused", "consent.withdrawn"]
    assert holds(store, "1") == {"sms": "withdrawn"}


def test_a_refusal_that_its_source_no_longer_tells_stays(store: Store, tmp_path: Path) -> None:
    register_source(store, MAPPING.format(name="crm", priority=0) + CONSENTS, "crm.yaml")
    columns = (*person(1), "signed", "expires", "agreed")
    for agreed in ("нет", ""):
        rows = [person(number, agreed=agreed, signed="01.10.2026" if agreed else "") for number in range(9)]
        path = write_csv(tmp_path / "crm.csv", rows, columns)
        load_files(store, settings_in(tmp_path), [Request("crm", (path,), "full")])
    assert holds(store, "1") == {"sms": "refused"}


def test_a_file_of_statements(store: Store, tmp_path: Path) -> None:
    people(store, person(1), person(2))
    path = tmp_path / "consents.csv"
    path.write_text(
        "source;source_id;contact;purpose;legal_entity;channel;state;at;until\n"
        "crm;1;89271112233;marketing;АО «Водоканал»;sms;да;2026-10-01;\n"
        "crm;2;89271112233;marketing;АО «Водоканал»;sms;нет;2026-10-01T10:00;\n"
        "crm;2;89271112233;marketing;АО «Водоканал»;fax;да;2026-10-01;\n"
        "crm;9;89271112233;marketing;АО «Водоканал»;sms;да;2026-10-01;\n"
        "crm;1;89271112233;debt;АО «Водоканал»;sms;да;вчера;\n",
        encoding="utf-8",
    )
    taken = load_file(store, DESK, path)
    assert (taken.entered, taken.known) == (2, 0)
    assert sorted((row.line, row.column) for row in taken.bad) == [(4, "channel"), (5, "source_id"), (6, "at")]
    assert load_file(store, DESK, path)[:2] == (0, 2)
    assert (holds(store, "1"), holds(store, "2")) == ({"sms": "given"}, {"sms": "refused"})
    path.write_text("source;source_id\ncrm;1\n", encoding="utf-8")
    with pytest.raises(SourceUnusable, match="contact"):
        load_file(store, DESK, path)
    with pytest.raises(BadUsage):
        load_file(store, DESK, tmp_path / "nothing.csv")


def test_who_may_state_what_of_whom(store: Store) -> None:
    people(store, person(1))
    with pytest.raises(NotFound):
        tell(store, "9", YES)
    with pytest.raises(NotFound):
        state_consent(store, DESK, YES, party_id="nobody")
    with pytest.raises(BadUsage):
        state_consent(store, DESK, YES)
    with pytest.raises(Forbidden):
        state_consent(store, Actor("ия", "analyst"), YES, record=("crm", "1"))
    with pytest.raises(Forbidden):
        take_back(store, DESK, tell(store, "1", YES).consent_id)
    with pytest.raises(NotFound):
        take_back(store, STEWARD, 4711)


def test_a_permission_ends(store: Store) -> None:
    people(store, person(1))
    soon = datetime.now(UTC) + timedelta(days=1)
    tell(store, "1", YES._replace(until=soon))
    assert holds(store, "1") == {"sms": "given"}
    with store.transaction() as connection:
        connection.execute("update consent set said_at = now() - interval '2 days', until = now() - interval '1 day'")
    assert holds(store, "1") == {"sms": "expired"}

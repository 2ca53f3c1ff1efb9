"""Survivorship policies: read, rehearsed, applied as rehearsed, and rolled back to the same golden records."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from small_sources import person, register, settings_in
from test_online import of_row, upsert

from litso.errors import BadUsage, Conflict, Forbidden, Misconfigured
from litso.golden.policy import DEFAULT_POLICY, Policy
from litso.store import audit, golden, policies
from litso.store.database import Store
from litso.store.invariants import check_invariants
from litso.usecases import policy as policy_usecase
from litso.usecases.access import Actor
from litso.usecases.online import Given
from litso.usecases.policy import rehearse, samples
from litso.usecases.policy_apply import apply, rollback
from litso.usecases.policy_files import parse_policy, policy_text
from litso.usecases.survivorship import active_policy

STEWARD = Actor("анна", "steward")

CABINET_FIRST = """
default: [complete, quality, frequent, trusted, newest, longest]
attributes:
  phones:
    order: [trusted, newest]
    trust: {cabinet: 50, billing: 1}
  emails: {order: [newest]}
"""


def test_the_shipped_policy_and_one_of_ones_own_survive_their_text() -> None:
    assert parse_policy(policy_text(DEFAULT_POLICY), "shipped", ()) == DEFAULT_POLICY
    own = Policy(
        ("newest",),
        {"phones": ("fresh", "trusted"), "custom:occupation": ("longest",)},
        {"phones": {"crm": -5, "1c-utp": 7}},
        {"phones": 365},
    )
    text = policy_text(own)
    assert parse_policy(text, "own", ["crm", "1c-utp"]) == own
    assert policy_text(parse_policy(text, "own", None)) == text


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("default: [newest, oldest]", "line 1: default: «oldest» is not known"),
        ("default: [newest, newest]", "line 1: default: a criterion is named twice"),
        ("default: [fresh]", "«fresh» needs fresh_days"),
        ("attributes:\n  phone: {order: [newest]}", "line 2: attributes.phone: there is no attribute"),
        ("attributes:\n  phones: {order: [newest], trust: {crm: 5}}", "«trusted» is not in the order"),
        ("attributes:\n  phones: {order: [trusted], trust: {crn: 5}}", "did you mean «crm»"),
        ("attributes:\n  phones: {order: [trusted], trust: {crm: 5000}}", "from -2048 to 2047"),
        ("attributes:\n  phones: {order: [fresh]}", "say how long"),
        ("attributes:\n  phones: {order: [fresh], fresh_days: 0}", "from 1 to"),
        ("policy: 1", "unknown key «policy»"),
        ("", "the file is empty"),
        ("{", "this is not YAML"),
    ],
)
def test_a_broken_policy_is_told_by_file_line_and_key(text: str, words: str) -> None:
    with pytest.raises(Misconfigured) as raised:
        parse_policy(text, "my.yaml", ["crm"])
    assert str(raised.value).startswith("my.yaml")
    assert words in str(raised.value)


def said(source: str, number: int, year: int, **values: str) -> Given:
    """What a source said of a person in a year."""
    return replace(of_row(person(number, **values), source=source), updated_at=datetime(year, 10, 1, tzinfo=UTC))


def town(store: Store) -> None:
    """Persons whose sources disagree about contacts."""
    for place, source in enumerate(("billing", "crm", "cabinet")):
        register(store, source, 30 - 10 * place)
    for number in range(12):
        rows = [said("billing", number, 2026), said("cabinet", number, 2025, tel=f"+7937000{number:04}")]
        if number % 3 == 0:
            rows.append(said("crm", number, 2026, mail=f"new{number}@mail.ru"))
        upsert(store, *rows)


def contents(store: Store) -> dict[str, Any]:
    with store.transaction() as connection:
        query = "select party_id::text, golden_values, provenance from golden"
        return {party: (values, told) for party, values, told in connection.execute(query).fetchall()}


def content_hash(store: Store) -> str:
    with store.transaction() as connection:
        return golden.content_hash(connection)


def test_what_was_rehearsed_is_applied_and_rolled_back_to_the_same_hash(store: Store, tmp_path: Path) -> None:
    town(store)
    before = contents(store)
    trial = rehearse(store, settings_in(tmp_path), STEWARD, CABINET_FIRST)
    assert contents(store) == before
    assert trial.outlook["parties"] == len(before)
    with store.transaction() as connection:
        foreseen = policies.changes(connection, trial.trial_id, limit=1000)
        shown = {one.party_id: one for one in samples(connection, STEWARD, trial, foreseen, purpose="stewardship")}

    applied = apply(store, STEWARD, trial.trial_id, chunk=5)
    after = contents(store)
    assert {party for party in before if before[party] != after[party]} == {one.party_id for one in foreseen}
    assert trial.outlook["difference"] == policy_usecase.digest(
        party for party in before if before[party] != after[party]
    )
    for one in foreseen:
        old, new = before[one.party_id], after[one.party_id]
        assert (shown[one.party_id].before, shown[one.party_id].after) == (old[1], new[1])
        assert {name for name in old[1] if old[0].get(name) != new[0].get(name)} == set(one.attributes)
    assert sum(1 for one in foreseen if one.attributes) == trial.outlook["parties_changed"] > 5
    phones = next(one for one in trial.outlook["attributes"] if one["name"] == "phones")
    moves = sum(old[1]["phones"][0]["value"] != after[party][1]["phones"][0]["value"] for party, old in before.items())
    assert phones["sources"] == [{"now": "billing", "then": "cabinet", "parties": moves}]
    assert (applied.status, applied.hash_before != applied.hash_after) == ("applied", True)
    assert applied.hash_after == content_hash(store)
    with store.transaction() as connection:
        state = policies.progress(connection, trial.trial_id)
        assert (state.waiting, state.changed) == (0, len(foreseen))
        assert state.chunk > 1
        assert not [finding for finding in check_invariants(connection) if finding.violations]

    back = rollback(store, STEWARD, trial.trial_id, chunk=5)
    assert (back.status, back.hash_restored) == ("rolled_back", applied.hash_before)
    assert contents(store) == before
    with store.transaction() as connection:
        assert active_policy(connection) == DEFAULT_POLICY


def test_records_that_come_during_a_trial_are_judged_by_the_policy_in_force(store: Store, tmp_path: Path) -> None:
    town(store)
    trial = rehearse(store, settings_in(tmp_path), STEWARD, CABINET_FIRST)
    newcomer = [
        said("billing", 40, 2026, tel="+79371112233"),
        said("cabinet", 40, 2024, tel="+79374445566"),
    ]
    upsert(store, *newcomer)
    key = person(40)["ls"]

    def first_phone() -> str:
        found = [values for values, _ in contents(store).values() if key in values["accounts"]]
        return str(found[0]["phones"][0])

    assert first_phone() == "+79371112233"
    apply(store, STEWARD, trial.trial_id, chunk=4, most=1)
    upsert(store, said("billing", 40, 2026, tel="+79371112244"))
    assert first_phone() == "+79374445566"
    applied = apply(store, STEWARD, trial.trial_id)
    assert applied.status == "applied"
    upsert(store, said("billing", 41, 2026, tel="+79371110000"), said("cabinet", 41, 2024, tel="+79371119999"))
    rollback(store, STEWARD, trial.trial_id)
    assert first_phone() == "+79371112244"
    key = person(41)["ls"]
    assert first_phone() == "+79371110000"


def test_a_rehearsal_needs_a_right_another_policy_and_the_one_it_was_made_for(store: Store, tmp_path: Path) -> None:
    town(store)
    settings = settings_in(tmp_path)
    with pytest.raises(Forbidden):
        rehearse(store, settings, Actor("оператор", "operator"), CABINET_FIRST)
    with pytest.raises(BadUsage, match="in force already"):
        rehearse(store, settings, STEWARD, policy_text(DEFAULT_POLICY))
    with pytest.raises(BadUsage, match=r"policy\.yaml, line 1"):
        rehearse(store, settings, STEWARD, "{", "policy.yaml")
    first = rehearse(store, settings, STEWARD, CABINET_FIRST)
    second = rehearse(store, settings, STEWARD, "attributes: {emails: {order: [newest]}}")
    with pytest.raises(Conflict, match="nothing to take back"):
        rollback(store, STEWARD, first.trial_id)
    apply(store, STEWARD, second.trial_id)
    with pytest.raises(Conflict, match="another policy"):
        apply(store, STEWARD, first.trial_id)
    with store.transaction() as connection:
        listed = policies.list_all(connection)
    assert [(one.version, one.is_active, one.author) for one in listed] == [
        (2, True, "анна"), (1, False, "анна"), (0, False, "litso"),
    ]  # fmt: skip


def test_a_look_at_what_would_change_is_masked_and_logged(store: Store, tmp_path: Path) -> None:
    town(store)
    trial = rehearse(store, settings_in(tmp_path), STEWARD, CABINET_FIRST)
    with store.transaction() as connection:
        (one,) = policies.changes(connection, trial.trial_id, attribute="phones", limit=1)
        (seen,) = samples(connection, STEWARD, trial, [one])
        assert all("•" in entry["value"] for entry in seen.after["phones"])
        (logged,) = audit.of_party(connection, one.party_id)
    assert (logged.actor, logged.action) == ("анна", "records")
    assert "phones" in logged.fields

"""Reachability in the store: outcomes of facts, rivals, learning; one party and all get the same answer."""

from __future__ import annotations

import csv
from datetime import UTC, datetime
from pathlib import Path

import pytest
from small_sources import person, register, settings_in
from test_online import of_row, upsert

from litso.store import golden
from litso.store.database import Store
from litso.usecases.access import Actor
from litso.usecases.loading import Request, load_files, register_source
from litso.usecases.reachability import learn_habits, reach, reach_all, result_of

STEWARD = Actor("анна", "steward")
NOW = datetime(2026, 11, 22, tzinfo=UTC)
DELIVERIES = """
source: deliveries
party: none
key: id
facts:
  - {kind: delivery, key: id, at: at, account: ls, status: result, data: {phone: tel, channel: channel}}
"""


@pytest.mark.parametrize(
    ("status", "result"),
    [
        ("Доставлено", "reached"),
        ("не доставлено", "missed"),
        ("дозвонились", "reached"),
        ("Недозвон", "missed"),
        ("Ответил не тот человек", "wrong"),
        ("Номер не обслуживается", "missed"),
        ("нет ответа", "missed"),
        ("delivered", "reached"),
        ("undelivered", "missed"),
        ("сброшен", "missed"),
        ("на рассмотрении", None),
    ],
)
def test_words_of_a_status_tell_what_came_of_a_try(status: str, result: str | None) -> None:
    assert result_of(status) == result


def deliver(store: Store, home: Path, rows: list[tuple[str, str, str, str, str]]) -> None:
    register_source(store, DELIVERIES, "deliveries.yaml")
    path = home / "deliveries.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["id", "at", "ls", "tel", "channel", "result"])
        writer.writerows((str(place), *row) for place, row in enumerate(rows))
    load_files(store, settings_in(home), [Request("deliveries", (path,), "full")])


def test_outcomes_rank_contacts_for_one_party_as_for_all_and_teach(store: Store, tmp_path: Path) -> None:
    for source in ("crm", "billing"):
        register(store, source)
    own, other = "+79271112233", "+79374445566"
    upsert(store, of_row(person(1, tel=f"{own}, {other}")), of_row(person(2, tel="+79175556677")))
    upsert(store, of_row(person(3, tel=other)), of_row(person(1, id="1b", tel=own), source="billing"))
    account = person(1)["ls"]
    tries = [("2026-10-01T10:00:00", account, "8 (927) 111-22-33", "СМС", "не доставлено")] * 3
    tries += [("2026-10-02T10:00:00", account, other, "звонок", "дозвонились")] * 3
    tries += [("2026-10-02T10:00:00", "чужой", own, "звонок", "дозвонились")] * 9
    deliver(store, tmp_path, tries)
    with store.transaction() as connection:
        taught = learn_habits(connection, STEWARD)
        assert sum(tries for cell, (_, tries) in taught.cells.items() if cell.count("|") == 2) == 6
        everyone = dict(reach_all(connection, NOW))
        assert len(everyone) == 3
        for party, found in everyone.items():
            record = golden.get(connection, party)
            assert reach(connection, party, record.provenance, record.golden_values, NOW) == found
        (mine,) = [found for found in everyone.values() if own in {one.value for one in found.contacts}]
    phones = [one for one in mine.contacts if one.kind == "phone"]
    assert [(one.value, one.is_best) for one in phones] == [(other, True), (own, False)]
    assert "не дошло ни разу из 3" in phones[1].reasons
    assert mine.channels[0].name == "call"

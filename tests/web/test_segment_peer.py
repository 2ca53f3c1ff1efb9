"""The library for Python that others wrote for the Segment specification, pointed at the program."""

from __future__ import annotations

import pytest
from segment.analytics import Client as Site
from small_town import Served

from litso.store import facts, intake, quarantine, records, users
from litso.usecases.intake import source_of


@pytest.mark.parametrize("gzip", [False, True])
def test_what_the_library_sends_is_taken(served: Served, gzip: bool) -> None:
    name = f"cabinet {gzip}"
    with served.store.transaction() as connection:
        key = users.issue_service_token(connection, name, "collector")
    faults: list[Exception] = []
    site = Site(key, host=served.url, gzip=gzip, on_error=lambda error, _: faults.append(error), max_retries=0)
    site.track(anonymous_id="device-7", event="Посмотрел тарифы")
    site.identify(
        "42", {"firstName": "Пётр", "lastName": "Хворостинин", "phone": "8 912 345-67-00"}, anonymous_id="device-7"
    )
    site.page("42", "Счета", "Начисления", {"path": "/bills"})
    site.screen("42", "Счета", "Оплата")
    site.group("42", "77", {"name": 'ООО "Ромашка"', "inn": "6311000000"})
    site.alias("device-8", "42")
    for _ in range(2):
        site.track("42", "Показания переданы", {"value": 412}, message_id="once")
    site.shutdown()
    assert faults == []
    source = source_of(name)
    with served.store.transaction() as connection:
        found = records.find(connection, source, "42")
        assert found is not None
        assert (found.standard["surname"], found.standard["phones"]) == ("Хворостинин", ["+79123456700"])
        titles = sorted(fact.title or "" for fact in facts.of_records(connection, [found.record_id]))
        links = intake.links(connection, source=source, owner="42", before=None, limit=10)
        assert quarantine.list_rows(connection, source=source) == []
    assert titles == ['Группа: ООО "Ромашка"', "Начисления", "Оплата", "Показания переданы", "Посмотрел тарифы"]
    assert {link.alias for link in links} == {"anonymous:device-7", "anonymous:device-8", "device-8"}


def test_a_wrong_key_is_an_error_of_the_library(served: Served) -> None:
    faults: list[Exception] = []
    site = Site("wrong", host=served.url, on_error=lambda error, _: faults.append(error), max_retries=0)
    site.track("42", "Показания переданы")
    site.shutdown()
    assert faults

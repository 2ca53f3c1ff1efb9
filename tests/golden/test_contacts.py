"""Contacts: order, the best one and its reasons."""

from __future__ import annotations

from litso.golden.contacts import contacts


def entry(value: str, **more: object) -> dict:
    return {"value": value, "source": "crm", "source_id": "1", "said_by": 1, "qc": 0, "at": None} | more


def test_the_first_mobile_is_best_even_behind_a_land_line() -> None:
    found = contacts({"phones": [entry("+78462310000"), entry("+79170000001"), entry("+79170000002")]})
    assert [(contact.value, contact.rank, contact.is_best) for contact in found] == [
        ("+78462310000", 1, False),
        ("+79170000001", 2, True),
        ("+79170000002", 3, False),
    ]


def test_without_mobiles_the_first_phone_and_the_first_email_are_best() -> None:
    found = contacts({"emails": [entry("a@b.ru"), entry("c@d.ru")], "phones": [entry("+78462310000")]})
    assert [(contact.kind, contact.is_best) for contact in found] == [
        ("phone", True),
        ("email", True),
        ("email", False),
    ]


def test_reasons_are_words() -> None:
    (found,) = contacts({"phones": [entry("+79170000001", said_by=3, at="2026-11-12T10:00:00", qc=1)]})
    assert found.reasons == (
        "мобильный",
        "указан в 3 источниках",
        "изменён 12.11.2026",
        "распознан с допущениями, стоит проверить",
    )


def test_no_values_no_contacts() -> None:
    assert contacts({}) == []

"""What of a value is shown to whom."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from litso.domain.scope import Scope
from litso.usecases.access import Actor, sight_of
from litso.usecases.masking import Sight, is_masked, masked_value, masked_values, shown_phone


@pytest.mark.parametrize(
    ("attribute", "value", "masked"),
    [
        ("phones", "+79123456789", "+7 912 •••-••-89"),
        ("phones", "+4915112345678", "+49" + "•" * 9 + "78"),
        ("emails", "ivanov@mail.ru", "i•••@mail.ru"),
        ("snils", "11223344595", "•••••••••95"),
        ("passport", "3605123456", "••••••••56"),
        ("full_name", "Иванов Пётр Ильич", "Иванов Пётр Ильич"),
        ("address", "Самара, ул Ленина, д 5", "Самара, ул Ленина, д 5"),
    ],
)
def test_operators_see_contacts_and_documents_masked(attribute: str, value: str, masked: str) -> None:
    assert masked_value(attribute, value, Sight.MASKED, "person") == masked


def test_documents_of_an_organization_are_public_and_its_phones_are_not() -> None:
    shown = masked_values({"inn": "6311000000", "phones": ["+78462310000"]}, Sight.MASKED, "organization")
    assert shown == {"inn": "6311000000", "phones": ["+7 846 •••-••-00"]}


def test_everything_is_shown_with_a_purpose() -> None:
    assert masked_values({"phones": ["+79123456789"], "records": 3}, Sight.FULL, "person") == {
        "phones": ["+79123456789"],
        "records": 3,
    }


def test_a_phone_is_shown_as_people_write_it() -> None:
    assert shown_phone("+79123456789") == "+7 912 345-67-89"
    assert shown_phone("+4915112345678") == "+4915112345678"


@given(st.from_regex(r"\+\d{7,15}", fullmatch=True))
def test_a_masked_phone_hides_the_middle_digits(phone: str) -> None:
    masked = masked_value("phones", phone, Sight.MASKED, "person")
    assert is_masked("phones", Sight.MASKED, "person")
    assert "•" in masked
    assert masked[-2:] == phone[-2:]
    assert sum(character.isdigit() for character in masked) <= 6
    assert len(masked) == len(shown_phone(phone))


ACTORS = {
    "operator": Actor("o", "operator"),
    "contacts": Actor("c", "operator", scope=Scope(classes=("contact",))),
    "money": Actor("m", "operator", scope=Scope(classes=("finance", "special"))),
    "robot": Actor("r", "integrator", is_service=True),
    "limited robot": Actor("l", "integrator", is_service=True, scope=Scope(classes=("document",))),
}
VALUES = {"phones": ["+79123456789"], "snils": "11223344595", "birth_date": "1961-04-12", "custom:benefit": "да"}
PHONE, SNILS, SPECIAL = "phones", "snils", "birth_date"


@pytest.mark.parametrize(
    ("who", "purpose", "shown"),
    [
        ("operator", None, {SPECIAL}),
        ("operator", "call", {PHONE, SPECIAL}),
        ("operator", "request", {PHONE, SPECIAL}),
        ("operator", "identity", {PHONE, SNILS, SPECIAL}),
        ("contacts", None, set()),
        ("contacts", "identity", {PHONE}),
        ("money", "identity", {SPECIAL}),
        ("robot", None, {PHONE, SNILS, SPECIAL}),
        ("limited robot", None, {SNILS}),
    ],
)
def test_a_purpose_shows_its_classes_within_the_limits(who: str, purpose: str | None, shown: set[str]) -> None:
    sight, _ = sight_of(ACTORS[who], purpose)
    found = masked_values(VALUES, sight, "person")
    assert {name for name in found if found[name] == VALUES[name]} - {"custom:benefit"} == shown
    assert ("custom:benefit" in found) == (SPECIAL in shown)
    assert {"phones", "snils"} <= found.keys()

"""Pairs of parties that a steward is asked about, whatever weights the shipped model has."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from litso.resolve.model import to_json
from litso.store import models
from litso.store.database import Store
from litso.usecases.access import Actor
from litso.usecases.case_refresh import refresh
from litso.usecases.loading import register_source
from litso.usecases.online import Given, upsert_records
from litso.usecases.reconciliation import current_model

HERE: Final = {
    "full_name": "Иванов Пётр Ильич",
    "phone": "+79270000002",
    "address": "г Самара, ул Мира, д 5, кв 7",
}
NEXT_DOOR: Final = {"full_name": "Иванов Пётр", "address": "г Самара, ул Мира, д 5, кв 8"}
"""Hardly enough to be one person with the first."""

_MAPPING: Final = """
source: crm
title: CRM
party: person
key: id
updated_at: changed
attributes: {full_name: fio, birth_date: bdate, phone: tel, email: mail, address: adres, account: ls}
territory: {region: Самарская область, city: Самара}
facts:
  - {kind: account, key: ls, account: ls, amount: saldo}
"""
_SURNAMES: Final = ("Иванов", "Хворостинин", "Кузнецов", "Сидоренко")
_STREETS: Final = ("Мира", "Победы", "Гагарина", "Ленина")
_ROBOT: Final = Actor("crm", "integrator", is_service=True)


def strict(store: Store, threshold: float = 4.0) -> None:
    """A source and a model that wants more evidence than the shipped one: what that joins narrowly is in doubt."""
    register_source(store, _MAPPING, "crm.yaml")
    with store.transaction() as connection:
        model, _ = current_model(connection)
        models.activate(connection, to_json(replace(model, threshold=threshold)))


def add_doubts(store: Store, count: int = 1) -> None:
    """So many pairs in doubt, `0a` and `0b` and so on, each of a name and a street of its own; cases are derived."""
    strict(store)
    for number in range(count):
        one, two = (
            {
                "full_name": values["full_name"].replace("Иванов", _SURNAMES[number]),
                "address": values["address"].replace("Мира", _STREETS[number]),
            }
            for values in (HERE, NEXT_DOOR)
        )
        phone = f"+7927000010{number}"
        given = [Given("crm", f"{number}a", {**one, "phone": phone}), Given("crm", f"{number}b", two)]
        with store.transaction() as connection:
            upsert_records(connection, _ROBOT, given)
    refresh(store)

"""What a server does at its start, so that no caller has to wait for it: dictionaries, indexes of names, the model."""

from __future__ import annotations

import gc
import logging
from threading import Thread
from typing import Final

from litso.errors import LitsoError
from litso.resolve.words import of_one, surname_stem
from litso.standardize.name_suggestions import suggest_names
from litso.standardize.one import standardize_one
from litso.store.database import Store
from litso.usecases.reconciliation import active_model

_ADDRESS: Final = "г Самара, ул Мира, д 5, кв 7"
_NAMES: Final = ("Иванов Аликсандр Пертович", "Qwerty Asdf", 'ООО "Ромашка"')
"""A slip, Latin letters and a company ask for all dictionaries of names."""


_LOG: Final = logging.getLogger("litso.warming")


def begin_warming(store: Store) -> None:
    """Warm up beside the first requests; a fault of the store is in the log, and first requests wait then."""

    def work() -> None:
        try:
            warm(store)
        except LitsoError as error:
            _LOG.warning("%s", error)

    Thread(target=work, name="warming").start()


def warm(store: Store) -> None:
    """Read what first requests would read, then let the garbage collector pass it over from now on.

    The collector walks through all that is alive: with the dictionaries that takes a tenth of a second, in which
    nobody is answered.
    """
    for name in _NAMES:
        row = {"source": "", "source_id": "", "party": "auto", "full_name": name, "address": _ADDRESS,
               "phone": ["+79270000000"], "email": ["a@b.ru"], "birth_date": "01.02.1980"}  # fmt: skip
        standardize_one(row, locale="ru")
    suggest_names("иван", 1)
    of_one(surname_stem, _ADDRESS)  # what Arrow imports when it is first given a list: pandas, where that is installed
    with store.transaction() as connection:
        active_model(connection)
    gc.collect()
    gc.freeze()

"""What a server reads at its start."""

from __future__ import annotations

import gc
from pathlib import Path

from small_sources import load_rows, person, register

from litso.standardize import lexicon, name_suggestions
from litso.store.database import Store
from litso.usecases import reconciliation
from litso.usecases.warming import warm


def test_after_warming_nothing_is_read_for_the_first_caller(store: Store, tmp_path: Path) -> None:
    register(store, "crm")
    load_rows(store, tmp_path, "crm", [person(1)])
    for read in (lexicon.tables, lexicon._near, name_suggestions._dictionary):
        read.cache_clear()
    reconciliation._READ_MODELS.clear()
    try:
        warm(store)
        assert gc.get_freeze_count() > 0
    finally:
        gc.unfreeze()
    assert (lexicon.tables.cache_info().currsize, lexicon._near.cache_info().currsize) == (1, 2)
    assert name_suggestions._dictionary.cache_info().currsize > 0
    assert len(reconciliation._READ_MODELS) == 1


def test_an_empty_store_gets_no_model_by_warming(store: Store) -> None:
    try:
        warm(store)
    finally:
        gc.unfreeze()
    with store.transaction() as connection:
        assert reconciliation.active_model(connection) is None

"""A town and its resolution, made once for the tests that read them."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from litso.demo import build_demo, setting_of
from litso.demo.rates import USUAL
from litso.usecases.batch import BatchRequest, resolve_files


@pytest.fixture(scope="session")
def small_town(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Source files, mappings and truth of a small town."""
    folder = tmp_path_factory.mktemp("resolve") / "town"
    build_demo(folder, persons=2_000, seed=11, setting=setting_of("A"), rates=USUAL, today=date(2025, 11, 21))
    return folder


@pytest.fixture(scope="session")
def resolved(small_town: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The output of `litso resolve` over the town."""
    out = tmp_path_factory.mktemp("resolve") / "out"
    resolve_files(BatchRequest([small_town / "mappings"], [small_town], out))
    return out

"""One small demo that many tests read."""

from __future__ import annotations

from pathlib import Path

import pytest
from demo_towns import PERSONS, build


@pytest.fixture(scope="session")
def town(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a demo of `PERSONS` persons."""
    folder = tmp_path_factory.mktemp("demo") / "town"
    build(folder, persons=PERSONS)
    return folder

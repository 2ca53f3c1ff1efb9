"""The documentation as a site: it builds without a warning and loads nothing from elsewhere; its reference is fresh."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
from reference import outdated

ROOT = Path(__file__).resolve().parents[2]
LOADED = re.compile(
    r"<(?:script|img|iframe|link)\b[^>]*?(?:src|href)=[\"']((?:https?:)?//[^\"']+)|url\((https?://[^)]+)\)"
)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("site")
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "--quiet", "--site-dir", str(folder)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return folder


def test_reference_is_up_to_date() -> None:
    assert outdated() == [], "run `make docs`"


def test_site_loads_nothing_from_elsewhere(site: Path) -> None:
    files = [*site.rglob("*.html"), *site.rglob("*.css")]
    assert len(files) > 20
    found = [
        f"{file.name}: {match[0]}" for file in files for match in LOADED.finditer(file.read_text(encoding="utf-8"))
    ]
    assert found == []


@pytest.mark.parametrize(
    ("text", "is_loaded"),
    [
        ('<script src="https://cdn.example.org/x.js">', True),
        ("<link rel='stylesheet' href='//fonts.example.org/x.css'>", True),
        ("@font-face { src: url(https://fonts.example.org/x.woff) }", True),
        ('<a href="https://example.org/">', False),
        ('<script src="js/x.js">', False),
    ],
)
def test_loaded_is_noticed(text: str, is_loaded: bool) -> None:
    assert (LOADED.search(text) is not None) is is_loaded

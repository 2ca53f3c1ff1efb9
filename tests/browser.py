"""Where the Chromium of the browser tests is. `python tests/browser.py` prints it, or exits with 1."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome")


def find_chromium() -> str | None:
    """Path of a Chromium: LITSO_CHROMIUM, else one on PATH, else the one that Playwright installed."""
    named = os.environ.get("LITSO_CHROMIUM")
    if named:
        return named
    on_path = next(filter(None, map(shutil.which, NAMES)), None)
    return on_path or _of_playwright()


def _of_playwright() -> str | None:
    from playwright.sync_api import sync_playwright  # starts a process: only when nothing cheaper was found

    with sync_playwright() as playwright:
        path = playwright.chromium.executable_path
    return path if Path(path).exists() else None


if __name__ == "__main__":
    found = find_chromium()
    print(found or "no Chromium")
    sys.exit(0 if found else 1)

"""The Chromium of the browser tests. `python tests/browser.py` starts it once and prints its path, or fails."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys

NAMES = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome")


def find_chromium() -> str | None:
    """Path of a Chromium that starts here, tried in a process of its own; None without one."""
    done = subprocess.run([sys.executable, __file__], capture_output=True, text=True)
    return done.stdout.strip() if done.returncode == 0 else None


def start_chromium() -> str:
    """Start and stop a Chromium: LITSO_CHROMIUM, else one on PATH, else the one that Playwright installed."""
    from playwright.sync_api import sync_playwright

    named = os.environ.get("LITSO_CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), None)
    with sync_playwright() as playwright:
        path = named or playwright.chromium.executable_path
        playwright.chromium.launch(executable_path=path).close()
    return path


if __name__ == "__main__":
    print(start_chromium())

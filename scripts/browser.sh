#!/usr/bin/env bash
# Sees to a Chromium for the browser tests: Debian's as root, Playwright's own where the distribution has only a snap.
# An ordinary user is told how to get one and goes on without; with CI=true a missing browser is an error.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
. scripts/lib.sh

has_browser() { "$VENV/bin/python" tests/browser.py >/dev/null; }

is_debian() { grep -q '^ID=debian' /etc/os-release 2>/dev/null; }

how_to() {
    if is_debian; then
        echo "as root: apt-get install chromium fonts-dejavu-core"
    else
        echo "as root: $VENV/bin/playwright install --with-deps chromium; or set LITSO_CHROMIUM=/path/to/chromium"
    fi
}

has_browser && exit 0
if is_root && has_apt; then
    if is_debian; then
        apt_install chromium fonts-dejavu-core || true
    else
        say "this distribution has no Chromium package: asking Playwright for its own"
        "$VENV/bin/playwright" install --with-deps chromium || true
    fi
    has_browser && exit 0
fi
[ "${CI:-}" != true ] || fail "There is no Chromium and CI never skips the browser tests; $(how_to)"
say "There is no Chromium: the browser tests will be skipped. To have them, $(how_to)"

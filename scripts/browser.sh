#!/usr/bin/env bash
# Sees to a Chromium for the browser tests: Debian's as root, Playwright's own where the distribution has only a snap.
# An ordinary user is told how to get one and goes on without; with CI=true a missing browser is an error.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
. scripts/lib.sh

packages=(chromium fonts-dejavu-core libatomic1) # libatomic1: the Node.js inside Playwright wants it

has_browser() { "$VENV/bin/python" tests/browser.py >/dev/null 2>&1; }

is_debian() { grep -q '^ID=debian' /etc/os-release 2>/dev/null; }

how_to() {
    if is_debian; then
        echo "as root: apt-get install ${packages[*]}"
    else
        echo "as root: $VENV/bin/playwright install --with-deps chromium; or set LITSO_CHROMIUM=/path/to/chromium"
    fi
}

has_browser && exit 0
if is_root && has_apt; then
    if is_debian; then
        apt_install "${packages[@]}" || true
    else
        say "this distribution has no Chromium package: asking Playwright for its own"
        apt_install "${packages[@]:1}" || true
        "$VENV/bin/playwright" install --with-deps chromium || true
    fi
    has_browser && exit 0
fi
[ "${CI:-}" != true ] || fail "There is no Chromium and CI never skips the browser tests; $(how_to)"
say "There is no Chromium: the browser tests will be skipped. To have them, $(how_to)"

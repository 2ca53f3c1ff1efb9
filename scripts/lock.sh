#!/usr/bin/env bash
# Renews both lock files from pyproject.toml; arguments go to uv (--upgrade, --upgrade-package NAME).
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
. scripts/lib.sh

compile() { # OUTPUT ARGUMENT…
    local output="$1"
    shift
    say "$output"
    "$VENV/bin/uv" pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
        --no-config --custom-compile-command "make lock" --output-file "$output" "$@" pyproject.toml
}

compile requirements.lock --group build "$@"
compile requirements-dev.lock --constraint requirements.lock --group dev --group bench --group docs "$@"

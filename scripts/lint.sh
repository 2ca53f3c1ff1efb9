#!/usr/bin/env bash
# Every static check: style, format, types, and the direction of imports.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
. scripts/lib.sh

say "ruff"
"$VENV/bin/ruff" check
"$VENV/bin/ruff" format --check
say "mypy"
"$VENV/bin/mypy"
say "import-linter"
"$VENV/bin/lint-imports"

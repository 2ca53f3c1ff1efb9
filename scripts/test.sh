#!/usr/bin/env bash
# The test-suite; arguments go to pytest. Two processes, a file to a process, so that a file's server or store is made
# once. The engines keep to one thread each: two processes with a pool of threads each would only get in their own way.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
. scripts/lib.sh

export POLARS_MAX_THREADS="${POLARS_MAX_THREADS:-1}" OMP_NUM_THREADS="${OMP_NUM_THREADS:-1}"
exec "$VENV/bin/pytest" -n "${WORKERS:-2}" --dist loadfile --timeout 600 -m "not soak" "$@"

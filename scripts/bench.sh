#!/usr/bin/env bash
# Runs benchmarks one after another: scripts/bench.sh [PATTERN…], names of benchmarks/bench_<pattern>.py; none: all but
# the ones of Spark, which want a JVM.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
. scripts/lib.sh
shopt -s nullglob

if [ $# -eq 0 ]; then
    files=()
    for file in benchmarks/bench_*.py; do
        case "$file" in benchmarks/bench_spark*) ;; *) files+=("$file") ;; esac
    done
else
    files=()
    for pattern in "$@"; do files+=(benchmarks/bench_$pattern.py); done
fi
[ ${#files[@]} -gt 0 ] || fail "no benchmark is named benchmarks/bench_${*:-*}.py"
for file in "${files[@]}"; do
    say "$file"
    "$VENV/bin/python" "$file"
done

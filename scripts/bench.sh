#!/usr/bin/env bash
# Runs benchmarks one after another: scripts/bench.sh [PATTERN…] [--option…], names of benchmarks/bench_<pattern>.py;
# none: all but the ones of Spark, which want a JVM. From the first option on, words go to the programs.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
. scripts/lib.sh
shopt -s nullglob

patterns=()
while [ $# -gt 0 ] && [[ $1 != --* ]]; do
    patterns+=("$1")
    shift
done
files=()
if [ ${#patterns[@]} -eq 0 ]; then
    for file in benchmarks/bench_*.py; do
        case "$file" in benchmarks/bench_spark*) ;; *) files+=("$file") ;; esac
    done
else
    for pattern in "${patterns[@]}"; do files+=(benchmarks/bench_$pattern.py); done
fi
[ ${#files[@]} -gt 0 ] || fail "no benchmark is named benchmarks/bench_${patterns[*]:-*}.py"
for file in "${files[@]}"; do
    say "$file"
    "$VENV/bin/python" "$file" "$@"
done

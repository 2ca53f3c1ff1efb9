#!/usr/bin/env bash
# Runs the benchmarks of Spark with a real Spark 4: SPARK_HOME, or the one that this installs into .venv/spark (500 MB).
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
. scripts/lib.sh

SPARK=pyspark==4.3.0 # the whole of Spark as a package of Python

if ! command -v java >/dev/null; then
    is_root && has_apt || fail "Spark needs a JVM, and only root can install it: apt-get install openjdk-17-jre-headless"
    apt_install openjdk-17-jre-headless
fi
if [ -z "${SPARK_HOME:-}" ]; then
    export SPARK_HOME="$PWD/$VENV/spark/pyspark"
    if [ "$(cat "$VENV/spark/.stamp" 2>/dev/null)" != "$SPARK" ]; then
        say "installing $SPARK into $VENV/spark"
        rm -rf "$VENV/spark"
        "$VENV/bin/python" -m pip --disable-pip-version-check install --quiet --no-deps --target "$VENV/spark" "$SPARK"
        echo "$SPARK" >"$VENV/spark/.stamp"
    fi
fi
exec scripts/bench.sh 'spark*'

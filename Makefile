# Litso. `make` lists the targets; what a target does in more than a line is in scripts/.
# PYTHON=/path/to/python3 chooses the interpreter, ARGS="…" goes to the program or to pytest.
.DEFAULT_GOAL := help
.PHONY: help setup demo test lint bench bench-spark soak docs lock setup-dev browser peers
export PYTHON

help:           ## this list
	@sed -n 's/^\([a-z-]*\): [^#]*## */  make \1\t/p; s/^\([a-z-]*\):  *## */  make \1\t/p' Makefile | expand -t 22

setup:          ## .venv with the locked dependencies and .venv/bin/litso
	@scripts/setup.sh run

demo: setup     ## build a demo utility, resolve it, open the product on http://127.0.0.1:8080
	@.venv/bin/litso demo $(ARGS)

test: lint browser peers ## every test: static checks, pytest, the screens in Chromium
	@scripts/test.sh $(ARGS)

lint: setup-dev ## ruff, mypy --strict, import-linter
	@scripts/lint.sh

bench: setup-dev ## all benchmarks but Spark's; ARGS="resolve --records 100000" for one, with its options
	@scripts/bench.sh $(ARGS)

bench-spark: setup-dev ## the benchmarks of the Spark engine (needs a JVM)
	@scripts/spark.sh

soak: setup-dev ## the long tests that `make test` leaves out
	@.venv/bin/pytest -m soak $(ARGS)

docs: setup-dev ## the documentation into site/, its reference and the Python client generated from the code
	@.venv/bin/python scripts/reference.py
	@.venv/bin/python scripts/client.py
	@.venv/bin/mkdocs build --strict --quiet
	@echo "==> site/index.html"

lock: setup-dev ## renew requirements*.lock from pyproject.toml; ARGS="--upgrade" for newer versions
	@scripts/lock.sh $(ARGS)

setup-dev:
	@scripts/setup.sh dev

browser: setup-dev
	@scripts/browser.sh

peers: setup-dev
	@scripts/peers.sh

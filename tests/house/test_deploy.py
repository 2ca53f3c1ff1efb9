"""What deploy/ brings to watch Litso and to run it: it names only metrics that exist, and systemd takes its units."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml

from litso.settings import __doc__ as settings_table
from litso.telemetry.metrics import REGISTRY
from litso.usecases.gauges import names

DEPLOY = Path(__file__).parents[2] / "deploy"
UNITS = sorted(DEPLOY.glob("systemd/*.service"))
_METRIC = re.compile(r"\b(?:litso|process)_[a-z_]+")


def told() -> set[str]:
    """Every name that a query can ask for."""
    found = set(names())
    for metric in REGISTRY.collect():
        found |= {sample.name for sample in metric.samples}
        suffixes = {"counter": ["_total"], "histogram": ["_bucket", "_count", "_sum"]}.get(metric.type, [""])
        found |= {metric.name + suffix for suffix in suffixes}
    return found


def dashboard_queries() -> list[str]:
    board = json.loads((DEPLOY / "grafana/litso.json").read_text())
    return [target["expr"] for panel in board["panels"] for target in panel["targets"]]


def alert_queries() -> list[str]:
    (group,) = yaml.safe_load((DEPLOY / "prometheus/litso.rules.yml").read_text())["groups"]
    return [rule["expr"] for rule in group["rules"]]


@pytest.mark.parametrize("query", [*dashboard_queries(), *alert_queries()])
def test_queries_name_metrics_that_exist(query: str) -> None:
    asked = set(_METRIC.findall(query))
    assert asked
    assert asked <= told()


def test_every_metric_of_ours_is_on_the_dashboard_or_watched() -> None:
    shown = set(_METRIC.findall(" ".join([*dashboard_queries(), *alert_queries()])))
    families = {re.sub("_(bucket|count|sum|total)$", "", name) for name in shown}
    ours = names() | {metric.name for metric in REGISTRY.collect() if metric.name.startswith("litso_")}
    assert ours - families == {"litso_build_info", "litso_pool_connections_most", "litso_consumer_failures"}


@pytest.mark.parametrize("unit", UNITS, ids=lambda path: path.name)
def test_units_are_valid_and_name_settings_that_exist(unit: Path) -> None:
    for name in re.findall(r"\bLITSO_[A-Z_]+", unit.read_text()):
        assert name in (settings_table or "")
    if shutil.which("systemd-analyze"):
        done = subprocess.run(["systemd-analyze", "verify", unit], capture_output=True, text=True, check=False)
        assert (done.returncode, done.stderr) == (0, "")

"""Gates hold what is far from the usual, and nothing else."""

from __future__ import annotations

import pytest

from litso.sources.gates import LIMITS, LoadFigures, raised_gates

USUAL = [
    LoadFigures("full", rows, filled={"phone": rows * 9 // 10}, columns=("id", "tel")) for rows in (990, 1000, 1010)
]


def figures(mode: str = "full", rows: int = 1000, **more: object) -> LoadFigures:
    return LoadFigures(mode, rows, **{"filled": {"phone": rows * 9 // 10}, "columns": ("id", "tel"), **more})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("load", "names"),
    [
        (figures(), []),
        (figures(rows=1299), []),
        (figures(rows=1301), ["rows"]),
        (figures(rows=500), ["rows"]),
        (figures(rows=0, filled={}), ["rows"]),
        (figures("delta", rows=3), []),
        (figures(deleted=20, live=1000), []),
        (figures(deleted=21, live=1000), ["deleted"]),
        (figures("delta", deleted=500, live=1000), ["deleted"]),  # by tombstones or a comparison of keys
        (figures(rejected=50), []),
        (figures(rejected=51), ["quarantine"]),
        (figures(rows=0, rejected=3, mode="delta", filled={}), ["quarantine"]),
        (figures(columns=("id", "tel", "mail")), []),
        (figures(columns=("id",)), ["columns"]),
        (figures(filled={"phone": 810}), []),
        (figures(filled={"phone": 790}), ["nulls"]),
        (figures(filled={}), ["nulls"]),
        (figures(filled={"phone": 900, "email": 1}), []),
        (figures("delta", rows=10, filled={}), []),
    ],
)
def test_gates(load: LoadFigures, names: list[str]) -> None:
    assert [gate.name for gate in raised_gates(load, USUAL)] == names


def test_a_gate_says_what_it_measured() -> None:
    (gate,) = raised_gates(figures(deleted=50, live=1000), USUAL)
    assert gate.message == "В полной выгрузке нет 50 из 1000 записей (5 %): они будут удалены."
    assert (gate.measured, gate.limit) == (0.05, LIMITS["deleted"])
    (gate,) = raised_gates(figures(rows=500), USUAL)
    assert gate.message == "Строк 500: на 50 % меньше обычного (1000)."
    (gate,) = raised_gates(figures(columns=("id",)), USUAL)
    assert gate.message == "Исчезли столбцы: tel."


def test_limits_of_the_mapping_win() -> None:
    load = figures(rows=1500, deleted=50, live=1000)
    assert raised_gates(load, USUAL, {"rows": 0.6, "deleted": 0.05}) == []
    assert [gate.name for gate in raised_gates(load, USUAL, {"rows": 0.6})] == ["deleted"]


def test_the_first_load_has_no_usual() -> None:
    assert raised_gates(figures(rows=1), []) == []


def test_only_the_latest_loads_are_usual() -> None:
    old = [figures(rows=10)] * 20
    assert raised_gates(figures(), [*old, *USUAL * 3]) == []

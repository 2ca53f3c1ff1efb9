"""Gates: what makes a load wait for a human before it is published.

Pure: from the figures of this load, those of the earlier ones and the limits to a list of raised gates.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from statistics import median
from typing import Final, NamedTuple

LIMITS: Final[dict[str, float]] = {
    "rows": 0.30,  # ± of the median number of rows of the last loads
    "nulls": 0.10,  # growth of the empty share of an attribute
    "deleted": 0.02,  # share of live records that a load would delete
    "quarantine": 0.05,  # share of rows in quarantine
}
"""Limits of a source that sets none; a mapping overrides them under `gates`."""

HISTORY: Final = 7
"""How many of the latest loads say what is usual."""
SMALL: Final = 20
"""Shares of fewer rows than this say nothing."""


@dataclass(frozen=True, slots=True)
class LoadFigures:
    """Figures of one load. `filled` counts the non-empty values of each attribute; `live` the records before it."""

    mode: str  # full | delta
    rows: int
    rejected: int = 0
    deleted: int = 0
    live: int = 0
    filled: Mapping[str, int] = field(default_factory=dict)
    columns: Collection[str] = ()


class Gate(NamedTuple):
    """A raised gate: `measured` passed `limit`; `message` is a Russian sentence for the one who decides."""

    name: str
    message: str
    measured: float
    limit: float


def raised_gates(
    load: LoadFigures, history: Sequence[LoadFigures], limits: Mapping[str, float] | None = None
) -> list[Gate]:
    """Gates that hold `load`. `history` holds earlier finished loads of the source, oldest first."""
    effective = LIMITS | dict(limits or {})
    usual = [earlier for earlier in history if earlier.mode == load.mode][-HISTORY:]
    return [
        *_rows(load, usual, effective["rows"]),
        *_deleted(load, effective["deleted"]),
        *_quarantine(load, effective["quarantine"]),
        *_columns(load, usual),
        *_nulls(load, usual, effective["nulls"]),
    ]


def _percent(share: float) -> str:
    return f"{share * 100:.1f}".rstrip("0").rstrip(".").replace(".", ",") + " %"


def _rows(load: LoadFigures, usual: Sequence[LoadFigures], limit: float) -> list[Gate]:
    """Deltas are of any size; only full loads have a usual one."""
    if load.mode != "full" or not usual:
        return []
    expected = median(earlier.rows for earlier in usual)
    change = abs(load.rows - expected) / max(expected, 1)
    if change <= limit or max(load.rows, expected) < SMALL:
        return []
    word = "меньше" if load.rows < expected else "больше"
    message = f"Строк {load.rows}: на {_percent(change)} {word} обычного ({expected:.0f})."
    return [Gate("rows", message, round(change, 4), limit)]


def _deleted(load: LoadFigures, limit: float) -> list[Gate]:
    if load.live == 0:
        return []
    share = load.deleted / load.live
    if share <= limit:
        return []
    whence = "В полной выгрузке нет" if load.mode == "full" else "Источник больше не имеет"
    message = f"{whence} {load.deleted} из {load.live} записей ({_percent(share)}): они будут удалены."
    return [Gate("deleted", message, round(share, 4), limit)]


def _quarantine(load: LoadFigures, limit: float) -> list[Gate]:
    if load.rejected == 0:
        return []
    share = load.rejected / max(load.rows, load.rejected)
    if share <= limit:
        return []
    message = f"В карантине строк: {load.rejected} из {load.rows} ({_percent(share)})."
    return [Gate("quarantine", message, round(share, 4), limit)]


def _columns(load: LoadFigures, usual: Sequence[LoadFigures]) -> list[Gate]:
    if not usual or not load.columns:
        return []
    gone = sorted(set(usual[-1].columns) - set(load.columns))
    if not gone:
        return []
    return [Gate("columns", f"Исчезли столбцы: {', '.join(gone)}.", float(len(gone)), 0.0)]


def _nulls(load: LoadFigures, usual: Sequence[LoadFigures], limit: float) -> list[Gate]:
    past = [earlier for earlier in usual if earlier.rows >= SMALL]
    if load.rows < SMALL or not past:
        return []
    names = sorted(set(load.filled).union(*(earlier.filled for earlier in past)))
    return [gate for name in names for gate in _null_jump(name, load, past, limit)]


def _null_jump(name: str, load: LoadFigures, past: Sequence[LoadFigures], limit: float) -> list[Gate]:
    before = median(_empty_share(earlier, name) for earlier in past)
    now = _empty_share(load, name)
    if now - before <= limit:
        return []
    message = f"Пустых значений «{name}» стало {_percent(now)}, обычно {_percent(before)}."
    return [Gate("nulls", message, round(now - before, 4), limit)]


def _empty_share(load: LoadFigures, name: str) -> float:
    return 1 - load.filled.get(name, 0) / load.rows

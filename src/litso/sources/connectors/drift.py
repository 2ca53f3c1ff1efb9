"""Schema drift: what changed in the columns of a source since they were accepted. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

STOP: Final = "stop"
"""Load nothing and stop the source until a person resumes it."""
HOLD: Final = "hold"
"""Hold the load for a person."""
TELL: Final = "tell"
"""Load, and open an alarm."""
REACTIONS: Final = (HOLD, STOP, TELL)


def drift_of(accepted: Mapping[str, str], seen: Mapping[str, str], *, is_whole: bool) -> list[str]:
    """Russian sentences about columns that are new, gone or of another type; none where nothing was accepted yet.

    is_whole: `seen` names every column, so that one that it lacks is gone.
    """
    if not accepted or not seen:
        return []
    found = []
    if new := [name for name in seen if name not in accepted]:
        found.append(f"Новые столбцы: {', '.join(new)}.")
    if is_whole and (gone := [name for name in accepted if name not in seen]):
        found.append(f"Исчезли столбцы: {', '.join(gone)}.")
    for name, kind in seen.items():
        before = accepted.get(name, "")
        if before and kind and not set(kind.split("|")) <= set(before.split("|")):
            found.append(f"Столбец «{name}» сменил тип: был {before}, стал {kind}.")
    return found

"""Why two records are together or apart: reason, waterfall, keys, and what else decided."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate
from typing import Annotated, Final, NamedTuple

from litestar import Response, get
from litestar.params import QueryParameter

from litso.domain.record_key import parse_key
from litso.resolve.explain import Explanation
from litso.usecases import explaining
from litso.usecases.explaining import REASONS
from litso.usecases.profiles import source_titles
from litso.usecases.resolution import Key
from litso.web.given import GivenStore
from litso.web.pages import page
from litso.web.sessions import ScreenRequest, actor_of, has_right

Text = Annotated[str, QueryParameter(max_length=600)]


class Bar(NamedTuple):
    """A row of a waterfall: words, both values, the weight in bits, and its bar in hundredths of the drawing."""

    title: str
    sentence: str
    values: str
    weight: float
    start: float
    width: float


class Drawing(NamedTuple):
    """A waterfall; `zero` and `threshold` are places of the drawing."""

    bars: tuple[Bar, ...]
    zero: float
    threshold: float


def drawing(found: Explanation, threshold: float) -> Drawing:
    """The evidence of a pair from left to right, between its lowest and its highest sum."""
    rows = [("До сравнения", "исходные шансы такой пары", "", found.base)]
    rows += [(one.title, one.sentence, _values(one.left, one.right), one.weight) for one in found.grounds]
    sums = list(accumulate((weight for *_, weight in rows), initial=0.0))
    low, high = min(*sums, threshold), max(*sums, threshold)
    span = (high - low) or 1.0

    def place(value: float) -> float:
        return round((value - low) / span * 100, 2)

    bars = tuple(
        Bar(title, sentence, values, weight, place(min(before, after)), round(abs(weight) / span * 100, 2))
        for (title, sentence, values, weight), before, after in zip(rows, sums, sums[1:], strict=False)
    )
    return Drawing(bars, place(0.0), place(threshold))


def _values(left: str, right: str) -> str:
    return left if left == right else f"{left or '—'} ≠ {right or '—'}"


@get("/explain", guards=[has_right("read_parties")], sync_to_thread=True)
def show_pair(request: ScreenRequest, store: GivenStore, left: Text = "", right: Text = "") -> Response[str]:
    """Two records, named as source:id, and why they are together or apart; a form for other ones."""
    if not (left and right):
        return page(request, "explain.html", left=left, right=right, found=None, drawn=None, reason="", titles={})
    with store.transaction() as connection:
        found = explaining.explain_store(connection, actor_of(request), parse_key(left), parse_key(right))
        titles = source_titles(connection)
    drawn = drawing(found.explanation, found.threshold) if found.explanation else None
    reason = REASONS[found.reason]
    return page(request, "explain.html", left=left, right=right, found=found, drawn=drawn, reason=reason, titles=titles)


def key_text(keys: Sequence[Key]) -> str:
    """The first record of a group, as `parse_key` takes it."""
    return ":".join(keys[0])


HANDLERS: Final = (show_pair,)

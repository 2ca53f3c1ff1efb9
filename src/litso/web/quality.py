"""Screens of quality: the table of sources and attributes, trends, and the records behind a figure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Final, NamedTuple
from urllib.parse import quote, urlencode

from litestar import Response, get, post
from litestar.params import PathParameter, QueryParameter
from litestar.response import Redirect

from litso.domain.quality import AGES, ATTRIBUTES, CONSISTENCY, DIMENSIONS, RECORD, Figure
from litso.errors import NotFound
from litso.standardize.kinds import KINDS
from litso.store.quality import Place
from litso.usecases import quality as judged
from litso.usecases.profiles import source_titles
from litso.usecases.quality import Overview
from litso.web import words
from litso.web.charts import Trend, trend
from litso.web.given import GivenStore
from litso.web.pages import page, see_other
from litso.web.quality_words import MEANINGS, tone
from litso.web.sessions import ScreenRequest, actor_of, has_right
from litso.web.signing import Form

Source = Annotated[str, PathParameter(max_length=64)]
Attribute = Annotated[str, PathParameter(max_length=40)]
Dimension = Annotated[str, PathParameter(max_length=40)]
Other = Annotated[str, QueryParameter(max_length=64)]

_COLUMNS: Final = (RECORD, *ATTRIBUTES)


class Cell(NamedTuple):
    """A figure in a table. `path` leads to the records behind it; `is_alarm` when it dropped."""

    figure: Figure
    share: float
    tone: str
    is_alarm: bool

    @property
    def path(self) -> str:
        """Where its history is."""
        return f"/quality/{quote(self.figure.source)}/{self.figure.attribute}"

    @property
    def records_path(self) -> str:
        """Where the records behind it are."""
        return records_path(Place(*self.figure[:4]))


def records_path(place: Place, *, file: str = "", after: int | None = None) -> str:
    """The page of the records behind a figure, from a place on, or a file of them."""
    query = urlencode({name: value for name, value in (("other", place.other), ("after", after)) if value})
    path = f"/quality/{quote(place.source)}/{place.attribute}/{place.dimension}{file}"
    return f"{path}?{query}" if query else path


Key = tuple[str, str, str, str]


def cells_of(found: Overview) -> dict[Key, Cell]:
    """Cells by source, attribute, dimension and other; figures of no records are left out."""
    alarms = {alarm.figure[:4] for alarm in found.alarms}
    return {
        one[:4]: Cell(one, one.share, tone(one.share), one[:4] in alarms)
        for one in found.figures
        if one.share is not None
    }


@get("/quality", guards=[has_right("read_sources")], sync_to_thread=True)
def show_quality(
    request: ScreenRequest, store: GivenStore, dimension: Annotated[str, QueryParameter(max_length=40)] = DIMENSIONS[0]
) -> Response[str]:
    """Sources by attributes in one dimension, alarms, and sources that are late."""
    if dimension not in DIMENSIONS:
        raise NotFound(f"there is no dimension {dimension}")
    with store.transaction() as connection:
        found = judged.read_overview(connection, actor_of(request))
    cells = cells_of(found)
    columns = [name for name in _COLUMNS if any(key[1:] == (name, dimension, "") for key in cells)]
    return page(
        request,
        "quality.html",
        found=found,
        cells=cells,
        columns=columns,
        dimension=dimension,
        dimensions=DIMENSIONS,
        meaning=MEANINGS[dimension],
        may_measure=actor_of(request).may("decide_loads"),
    )


@post("/quality", guards=[has_right("decide_loads")], sync_to_thread=True, status_code=200)
def measure(request: ScreenRequest, store: GivenStore, data: Form) -> Redirect:
    """Measure now."""
    judged.measure_now(store, actor_of(request))
    return see_other("/quality")


@get("/quality/{source:str}", guards=[has_right("read_sources")], sync_to_thread=True)
def show_source_quality(request: ScreenRequest, store: GivenStore, source: Source) -> Response[str]:
    """One source: attributes by dimensions, ages of its records, and how it agrees with other sources."""
    with store.transaction() as connection:
        found = judged.read_overview(connection, actor_of(request), source)
        titles = source_titles(connection)
    cells = cells_of(found)
    others = sorted({key[3] for key in cells if key[2] == CONSISTENCY and key[3]})
    return page(
        request,
        "quality_source.html",
        source=source,
        found=found,
        cells=cells,
        rows=[name for name in _COLUMNS if any(key[1] == name for key in cells)],
        dimensions=DIMENSIONS,
        ages=[(days, cell.figure) for days in AGES if (cell := cells.get((source, RECORD, "freshness", str(days))))],
        others=others,
        compared=[name for name in ATTRIBUTES if any(key[1] == name and key[3] in others for key in cells)],
        titles=titles,
        may_read=_may_read_records(request),
    )


def _may_read_records(request: ScreenRequest) -> bool:
    return actor_of(request).may("read_parties")


class Drawn(NamedTuple):
    """A dimension with its history. `chart` is None where nothing could be measured."""

    dimension: str
    figure: Figure
    chart: Trend | None
    path: str


@get("/quality/{source:str}/{attribute:str}", guards=[has_right("read_sources")], sync_to_thread=True)
def show_attribute_quality(
    request: ScreenRequest, store: GivenStore, source: Source, attribute: Attribute
) -> Response[str]:
    """One attribute of a source: each dimension over time."""
    with store.transaction() as connection:
        series = judged.read_series(connection, actor_of(request), source, attribute)
        alarms = {alarm.figure: alarm for alarm in judged.find_alarms(connection, source)}
        titles = source_titles(connection)
    drawn = sorted((_drawn(figures) for figures in series), key=lambda one: DIMENSIONS.index(one.dimension))
    return page(
        request,
        "quality_attribute.html",
        source=source,
        attribute=attribute,
        drawn=drawn,
        alarms=alarms,
        meanings=MEANINGS,
        titles=titles,
        may_read=_may_read_records(request),
    )


def _drawn(figures: Sequence[Figure]) -> Drawn:
    last = figures[-1]
    chart = trend([(one.measured_at, one.share) for one in figures if one.share is not None])
    return Drawn(last.dimension, last, chart, records_path(Place(*last[:4])))


@get("/quality/{source:str}/{attribute:str}/{dimension:str}", guards=[has_right("read_parties")], sync_to_thread=True)
def show_failing(
    request: ScreenRequest,
    store: GivenStore,
    source: Source,
    attribute: Attribute,
    dimension: Dimension,
    other: Other = "",
    after: Annotated[int, QueryParameter(ge=0, le=2**63 - 1)] = 0,
) -> Response[str]:
    """Records that are not good in a figure, with the reason and the value as it was received."""
    return _failing_page(request, store, Place(source, attribute, dimension, other), after=after)


@post(
    "/quality/{source:str}/{attribute:str}/{dimension:str}",
    guards=[has_right("reveal")],
    sync_to_thread=True,
    status_code=200,
)
def reveal_failing(
    request: ScreenRequest, store: GivenStore, source: Source, attribute: Attribute, dimension: Dimension, data: Form
) -> Response[str]:
    """The same records in full, for a purpose."""
    place = Place(source, attribute, dimension, data.get("other", ""))
    after = data.get("after", "")
    start = int(after) if after.isascii() and after.isdigit() and len(after) < 19 else 0
    return _failing_page(request, store, place, after=start, purpose=data.get("purpose", ""))


def _failing_page(
    request: ScreenRequest, store: GivenStore, place: Place, *, after: int, purpose: str | None = None
) -> Response[str]:
    with store.transaction() as connection:
        found = judged.read_failing(connection, actor_of(request), place, purpose=purpose, after=after)
        titles = source_titles(connection)
    return page(
        request,
        "quality_records.html",
        found=found,
        place=place,
        after=after,
        titles=titles,
        reveal_path=records_path(place._replace(other="")),
        keys_path="/exports?" + urlencode({"kind": "failing", **place._asdict()}),
        following=records_path(place, after=found.after) if found.after else None,
        parse_kind=place.attribute if place.attribute in KINDS else None,
        may_reveal=actor_of(request).may("reveal"),
        purposes=tuple(words.PURPOSES.items()),
    )


HANDLERS: Final = (
    show_quality,
    measure,
    show_source_quality,
    show_attribute_quality,
    show_failing,
    reveal_failing,
)

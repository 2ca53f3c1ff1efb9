"""Quality of records: the last measurement, figures over time, and the records behind a figure."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, Final

import msgspec
from litestar import Response, Router, get, post
from litestar.params import QueryParameter
from litestar.status_codes import HTTP_200_OK

from litso.api import schemas
from litso.api.auth import ApiRequest, needs
from litso.api.documents import NOT_FOUND
from litso.api.given import GivenStore
from litso.api.paging import from_cursor, link_header, to_cursor
from litso.api.parties import Cursor, Limit, Purpose
from litso.domain.quality import DIMENSIONS, Alarm, Figure, Rhythm
from litso.errors import BadUsage
from litso.store.database import Connection
from litso.store.quality import Place
from litso.usecases import quality as judged

_LARGEST: Final = 2**63 - 1
_DAY: Final = timedelta(days=1)

Source = Annotated[str, QueryParameter(description="Name of a source.", max_length=64)]
Attribute = Annotated[str, QueryParameter(description="`phone`, `address`…, or `record` for whole records.")]


@get("/quality", sync_to_thread=True, operation_id="get_quality", summary="Quality of records", responses=NOT_FOUND)
def get_quality(
    request: ApiRequest,
    store: GivenStore,
    source: Annotated[str | None, QueryParameter(description="One source; all if not given.", max_length=64)] = None,
) -> schemas.QualityOut:
    """The last measurement by source, attribute and dimension; what dropped; which sources are late."""
    with store.transaction() as connection:
        return _overview(connection, request, source)


@post(
    "/quality/measurements",
    sync_to_thread=True,
    status_code=HTTP_200_OK,
    operation_id="measure_quality",
    summary="Measure the quality of records now",
    responses=NOT_FOUND,
    guards=[needs("decide_loads")],
)
def measure_quality(request: ApiRequest, store: GivenStore) -> schemas.QualityOut:
    """Loads measure by themselves; this is for what single records changed."""
    judged.measure_now(store, request.user)
    with store.transaction() as connection:
        return _overview(connection, request, None)


def _overview(connection: Connection, request: ApiRequest, source: str | None) -> schemas.QualityOut:
    found = judged.read_overview(connection, request.user, source)
    return schemas.QualityOut(
        found.measured_at,
        [_figure(one) for one in found.figures],
        [_alarm(one) for one in found.alarms],
        [_rhythm(one) for one in found.rhythms],
    )


def _figure(one: Figure) -> schemas.FigureOut:
    return schemas.FigureOut(
        one.source, one.attribute, one.dimension, one.other, one.good, one.total, one.share, one.measured_at
    )


def _alarm(one: Alarm) -> schemas.QualityAlarmOut:
    figure = one.figure
    return schemas.QualityAlarmOut(
        figure.source, figure.attribute, figure.dimension, figure.share or 0, one.usual, one.missing, one.reason
    )


def _rhythm(one: Rhythm) -> schemas.RhythmOut:
    return schemas.RhythmOut(one.source, one.last, one.usual / _DAY if one.usual else None, one.is_late)


@get(
    "/quality/series",
    sync_to_thread=True,
    operation_id="get_quality_series",
    summary="Quality of a source over time",
    responses=NOT_FOUND,
)
def get_series(
    request: ApiRequest,
    store: GivenStore,
    source: Source,
    attribute: Annotated[str | None, QueryParameter(description="One attribute; all if not given.")] = None,
) -> schemas.QualitySeriesOut:
    """Figures by attribute and dimension, the oldest first: all of the last month, one a day before."""
    with store.transaction() as connection:
        found = judged.read_series(connection, request.user, source, attribute)
    return schemas.QualitySeriesOut([_figure(one) for series in found for one in series])


@get(
    "/quality/records",
    sync_to_thread=True,
    operation_id="get_quality_records",
    summary="Records behind a figure",
    responses=NOT_FOUND,
    guards=[needs("read_parties")],
)
def get_records(
    request: ApiRequest,
    store: GivenStore,
    source: Source,
    attribute: Attribute,
    dimension: Annotated[str, QueryParameter(description="One of: " + ", ".join(DIMENSIONS) + ".")],
    other: Annotated[str, QueryParameter(description="The other source, of consistency with it.", max_length=64)] = "",
    purpose: Purpose = None,
    limit: Limit = 20,
    cursor: Cursor = None,
) -> Response[schemas.FailingPage]:
    """Records that are not good in a figure, with values as received; each read is logged."""
    after = from_cursor(cursor) or 0
    if not 0 <= after <= _LARGEST:
        raise BadUsage("cursor: not a cursor of this list")
    place = Place(source, attribute, dimension, other)
    with store.transaction() as connection:
        found = judged.read_failing(connection, request.user, place, purpose=purpose, after=after, limit=limit)
    following = to_cursor(found.after) if found.after else None
    items = msgspec.convert(found.records, list[schemas.FailingOut], from_attributes=True)
    body = schemas.FailingPage(items, found.is_masked, following)
    return Response(body, headers=link_header(request, "cursor", following))


quality_router = Router(
    path="/",
    route_handlers=[get_quality, measure_quality, get_series, get_records],
    guards=[needs("read_sources")],
    tags=["quality"],
)

"""Tuning: rehearsals of models and thresholds, their application, samples for stewards. Long work answers 202."""

from __future__ import annotations

from typing import Annotated

import msgspec
from litestar import Response, Router, delete, get, post
from litestar.params import FromPath, JSONBody, QueryParameter
from litestar.status_codes import HTTP_202_ACCEPTED, HTTP_204_NO_CONTENT

from litso.api import schemas
from litso.api.auth import ApiRequest, needs
from litso.api.documents import ALWAYS, CONFLICT, NOT_FOUND
from litso.api.given import GivenStore
from litso.resolve.sampling import Share
from litso.store import tuning
from litso.store.tuning import Tuning
from litso.usecases import background, tuning_sample
from litso.usecases.tuning import Wanted


@post(
    "/tuning",
    sync_to_thread=True,
    status_code=HTTP_202_ACCEPTED,
    operation_id="rehearse",
    summary="Rehearse a model or a threshold",
    responses=ALWAYS,
)
def rehearse(request: ApiRequest, store: GivenStore, data: JSONBody[schemas.TuningIn]) -> Response[schemas.TuningOut]:
    """Begin to foresee what would change; ask `GET /v1/tuning/{id}` until its status is `rehearsed`."""
    text = None if data.model is None else msgspec.json.encode(data.model).decode()
    begun = background.rehearse_model(store, request.user, Wanted(text, "model", data.threshold, data.learn))
    return Response(_out(begun), status_code=HTTP_202_ACCEPTED)


def _out(found: Tuning) -> schemas.TuningOut:
    return schemas.named(found, schemas.TuningOut)


@get("/tuning", sync_to_thread=True, operation_id="list_tuning", summary="Rehearsals", responses=ALWAYS)
def list_tuning(store: GivenStore) -> schemas.TuningsOut:
    """The last rehearsals and what became of them, the newest first."""
    with store.transaction() as connection:
        return schemas.TuningsOut([_out(one) for one in tuning.latest(connection)])


@get(
    "/tuning/{tuning_id:int}",
    sync_to_thread=True,
    operation_id="get_tuning",
    summary="A rehearsal",
    responses=NOT_FOUND,
)
def get_tuning(store: GivenStore, tuning_id: FromPath[int]) -> schemas.TuningOut:
    """What a rehearsal foresees, and its state."""
    return _out(_read(store, tuning_id))


@get(
    "/tuning/{tuning_id:int}/changes",
    sync_to_thread=True,
    operation_id="get_tuning_changes",
    summary="Parties that a rehearsal would change",
    responses=NOT_FOUND,
)
def get_changes(
    store: GivenStore,
    tuning_id: FromPath[int],
    what: Annotated[str | None, QueryParameter(description="merge, split or regroup.", max_length=20)] = None,
    after: Annotated[int, QueryParameter(ge=0, le=2**31 - 1, description="Place of the last one seen.")] = 0,
    limit: Annotated[int, QueryParameter(ge=1, le=1000, description="How many at most.")] = 100,
) -> schemas.TuningChangesOut:
    """The largest first."""
    with store.transaction() as connection:
        tuning.get(connection, tuning_id)
        found = tuning.changes(connection, tuning_id, what=what, after=after, limit=limit)
    return schemas.TuningChangesOut([schemas.named(one, schemas.TuningChangeOut) for one in found])


@post(
    "/tuning/{tuning_id:int}/apply",
    sync_to_thread=True,
    status_code=HTTP_202_ACCEPTED,
    operation_id="apply_tuning",
    summary="Make a rehearsed model the active one",
    responses={**NOT_FOUND, **CONFLICT},
)
def apply(request: ApiRequest, store: GivenStore, tuning_id: FromPath[int]) -> Response[schemas.TuningOut]:
    """Begin, in journaled chunks; one that was interrupted goes on."""
    begun = background.apply_model(store, request.user, tuning_id)
    return Response(_out(begun), status_code=HTTP_202_ACCEPTED)


@post(
    "/tuning/{tuning_id:int}/rollback",
    sync_to_thread=True,
    status_code=HTTP_202_ACCEPTED,
    operation_id="roll_back_tuning",
    summary="Take an applied model back",
    responses={**NOT_FOUND, **CONFLICT},
)
def roll_back(request: ApiRequest, store: GivenStore, tuning_id: FromPath[int]) -> Response[schemas.TuningOut]:
    """Begin to give every record its party back."""
    begun = background.roll_back_model(store, request.user, tuning_id)
    return Response(_out(begun), status_code=HTTP_202_ACCEPTED)


def _read(store: GivenStore, tuning_id: int) -> Tuning:
    with store.transaction() as connection:
        return tuning.get(connection, tuning_id)


# Samples --------------------------------------------------------------------------------------------------------


@post(
    "/samples",
    sync_to_thread=True,
    status_code=HTTP_202_ACCEPTED,
    operation_id="draw_sample",
    summary="Draw a sample of pairs for a steward",
    responses=NOT_FOUND,
)
def draw(request: ApiRequest, store: GivenStore, data: JSONBody[schemas.SampleIn]) -> Response[schemas.SampleOut]:
    """Begin to draw; the sample is ready when it has pairs."""
    begun = background.draw_sample(store, request.user, size=data.size, tuning_id=data.tuning_id, seed=data.seed)
    return Response(schemas.named(begun, schemas.SampleOut), status_code=HTTP_202_ACCEPTED)


@get(
    "/samples/{sample_id:int}/next",
    sync_to_thread=True,
    operation_id="next_pair",
    summary="The next pair to label",
    responses=NOT_FOUND,
)
def next_pair(
    request: ApiRequest,
    store: GivenStore,
    sample_id: FromPath[int],
    after: Annotated[int, QueryParameter(ge=0, le=2**31 - 1, description="Pass over pairs up to this one.")] = 0,
) -> schemas.NextPairOut:
    """Both records side by side, without score: labels are blind. `pair` is null when all are labelled."""
    with store.transaction() as connection:
        found = tuning_sample.ask(connection, request.user, sample_id, after)
    if found is None:
        return schemas.NextPairOut(None)
    cells = [schemas.named(cell, schemas.CellOut) for cell in found.cells]
    sides = schemas.RecordKey(*found.left), schemas.RecordKey(*found.right)
    return schemas.NextPairOut(
        schemas.PairOut(found.sample_id, found.place, found.pairs, found.labelled, *sides, cells)
    )


@post(
    "/samples/{sample_id:int}/pairs/{place:int}",
    sync_to_thread=True,
    status_code=HTTP_204_NO_CONTENT,
    operation_id="label_pair",
    summary="Label a pair",
    responses={**NOT_FOUND, **CONFLICT},
)
def label(
    request: ApiRequest,
    store: GivenStore,
    sample_id: FromPath[int],
    place: FromPath[int],
    data: JSONBody[schemas.LabelIn],
) -> None:
    """Same, different or unsure. It changes no party unless `as_judgement` says so."""
    tuning_sample.label(store, request.user, sample_id, place, data.label, as_judgement=data.as_judgement)


@delete(
    "/samples/{sample_id:int}/pairs/{place:int}",
    sync_to_thread=True,
    operation_id="take_label_back",
    summary="Take a label back",
    responses=NOT_FOUND,
)
def take_back(request: ApiRequest, store: GivenStore, sample_id: FromPath[int], place: FromPath[int]) -> None:
    """The pair is asked again."""
    with store.transaction() as connection:
        tuning_sample.take_back(connection, request.user, sample_id, place)


@get(
    "/samples/{sample_id:int}/estimate",
    sync_to_thread=True,
    operation_id="estimate",
    summary="Precision and recall from labels",
    responses=NOT_FOUND,
)
def estimate(request: ApiRequest, store: GivenStore, sample_id: FromPath[int]) -> schemas.EstimateOut:
    """Unbiased estimates with intervals of 95 %; null while a stratum has no label."""
    with store.transaction() as connection:
        found = tuning_sample.estimate(connection, request.user, sample_id)
    strata = [
        {**stratum, "judged": labels.judged, "same": labels.same}
        for stratum, labels in zip(found.sample.strata, found.labels, strict=True)
    ]
    return schemas.EstimateOut(
        sample_id=found.sample.sample_id,
        pairs=found.sample.pairs,
        labelled=found.sample.labelled,
        unsure=found.unsure,
        precision=_share(found.precision),
        recall=_share(found.recall),
        merges_right=_share(found.merges_right),
        splits_right=_share(found.splits_right),
        strata=strata,
        curve=found.curve,
    )


def _share(share: Share | None) -> schemas.ShareOut | None:
    return None if share is None else schemas.ShareOut(*share)


tuning_router = Router(
    path="/",
    route_handlers=[
        rehearse, list_tuning, get_tuning, get_changes, apply, roll_back, draw, next_pair, label, take_back, estimate,
    ],
    guards=[needs("tune")],
    tags=["tuning"],
)  # fmt: skip

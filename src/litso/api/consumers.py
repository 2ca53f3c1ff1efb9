"""Consuming services: attach and look after them, and the feed of those that come for their events."""

from __future__ import annotations

from typing import Annotated, Final

from litestar import Response, Router, delete, get, post, put
from litestar.params import JSONBody, PathParameter, QueryParameter
from litestar.status_codes import HTTP_200_OK, HTTP_201_CREATED, HTTP_204_NO_CONTENT

from litso.api import schemas
from litso.api.auth import ApiRequest, needs
from litso.api.documents import ALWAYS, CONFLICT, NOT_FOUND
from litso.api.exchange import SECRET
from litso.api.given import GivenSettings, GivenStore
from litso.api.paging import link_header
from litso.domain.scope import Scope
from litso.store.consumers import Consumer
from litso.usecases import consumers
from litso.usecases.consumers import Attached, Wanted

_MOST: Final = 10_000

Name = Annotated[str, PathParameter(description="Name of the consumer.", max_length=63)]


def _out(consumer: Consumer) -> schemas.ConsumerOut:
    return schemas.named(consumer, schemas.ConsumerOut)


def _attached(made: Attached) -> schemas.AttachedOut:
    return schemas.AttachedOut(_out(made.consumer), made.secret)


@get("/consumers", sync_to_thread=True, operation_id="list_consumers", summary="Consumers", responses=ALWAYS)
def list_consumers(request: ApiRequest, store: GivenStore) -> schemas.ConsumersOut:
    """Services that are told of parties, with their lag."""
    with store.transaction() as connection:
        return schemas.ConsumersOut([_out(one) for one in consumers.list_consumers(connection, request.user)])


@post(
    "/consumers",
    sync_to_thread=True,
    operation_id="add_consumer",
    summary="Attach a consumer",
    responses={**ALWAYS, **CONFLICT},
    opt={SECRET: True},
)
def add_consumer(
    request: ApiRequest, store: GivenStore, settings: GivenSettings, data: JSONBody[schemas.ConsumerIn]
) -> Response[schemas.AttachedOut]:
    """The secret in the answer is shown this once: a token for a consumer that comes, a signing key for a webhook."""
    wanted = Wanted(
        name=data.name,
        purpose=data.purpose,
        delivery=data.delivery,
        address=data.address,
        fields=tuple(data.fields),
        kinds=tuple(data.kinds),
        sources=tuple(data.sources),
        attributes=tuple(data.attributes),
        from_start=data.from_start,
        scope=Scope(tuple(data.territories), tuple(data.brands), tuple(data.classes)),
        credentials=data.credentials,
    )
    made = consumers.attach(store, settings, request.user, wanted)
    return Response(_attached(made), status_code=HTTP_201_CREATED)


@get(
    "/consumers/{name:str}",
    sync_to_thread=True,
    operation_id="get_consumer",
    summary="A consumer",
    responses=NOT_FOUND,
)
def get_consumer(request: ApiRequest, store: GivenStore, name: Name) -> schemas.ConsumerPage:
    """How far it has come, and what happened to it."""
    with store.transaction() as connection:
        found, log = consumers.read_consumer(connection, request.user, name)
    return schemas.ConsumerPage(_out(found), [schemas.named(one, schemas.ConsumerEventOut) for one in log])


@delete(
    "/consumers/{name:str}",
    sync_to_thread=True,
    status_code=HTTP_204_NO_CONTENT,
    operation_id="remove_consumer",
    summary="Detach a consumer",
    responses=NOT_FOUND,
)
def remove_consumer(request: ApiRequest, store: GivenStore, name: Name) -> None:
    """Its secrets are void at once. What it was told stays in the audit."""
    consumers.remove(store, request.user, name)


@post(
    "/consumers/{name:str}/pause",
    sync_to_thread=True,
    status_code=HTTP_200_OK,
    operation_id="pause_consumer",
    summary="Pause a consumer",
    responses=NOT_FOUND,
)
def pause(request: ApiRequest, store: GivenStore, name: Name) -> schemas.ConsumerOut:
    """Nothing is delivered until it is resumed; nothing is missed."""
    return _out(consumers.pause(store, request.user, name))


@post(
    "/consumers/{name:str}/resume",
    sync_to_thread=True,
    status_code=HTTP_200_OK,
    operation_id="resume_consumer",
    summary="Resume a consumer",
    responses=NOT_FOUND,
)
def resume(request: ApiRequest, store: GivenStore, name: Name) -> schemas.ConsumerOut:
    """Deliveries go on where they were, also after the consumer was stopped."""
    return _out(consumers.resume(store, request.user, name))


@put(
    "/consumers/{name:str}/limits",
    sync_to_thread=True,
    operation_id="limit_consumer",
    summary="Limit a consumer",
    responses=NOT_FOUND,
)
def limit(request: ApiRequest, store: GivenStore, name: Name, data: JSONBody[schemas.LimitsIn]) -> schemas.ConsumerOut:
    """Territories, brands and classes of fields that it is told of from now on."""
    scope = Scope(tuple(data.territories), tuple(data.brands), tuple(data.classes))
    return _out(consumers.limit(store, request.user, name, scope))


@post(
    "/consumers/{name:str}/replay",
    sync_to_thread=True,
    status_code=HTTP_200_OK,
    operation_id="replay_consumer",
    summary="Replay the feed to a consumer",
    responses=NOT_FOUND,
)
def replay(request: ApiRequest, store: GivenStore, name: Name, data: JSONBody[schemas.ReplayIn]) -> schemas.ConsumerOut:
    """Everything after an event is told again, under the same ids."""
    return _out(consumers.replay(store, request.user, name, data.after))


@post(
    "/consumers/{name:str}/secret",
    sync_to_thread=True,
    operation_id="rotate_consumer_secret",
    summary="A new secret",
    responses={**NOT_FOUND, **CONFLICT},
    opt={SECRET: True},
)
def rotate(request: ApiRequest, store: GivenStore, settings: GivenSettings, name: Name) -> schemas.AttachedOut:
    """A webhook is signed by the former secret as well for a day; a former token is void at once."""
    return _attached(consumers.rotate(store, settings, request.user, name))


@post(
    "/consumers/{name:str}/test",
    sync_to_thread=True,
    status_code=HTTP_200_OK,
    operation_id="test_consumer",
    summary="Send a test event",
    responses=NOT_FOUND,
)
def send_test(request: ApiRequest, store: GivenStore, settings: GivenSettings, name: Name) -> schemas.TestedOut:
    """An event of the type `litso.test` is posted at once; the answer tells what the webhook said."""
    answer = consumers.send_test(store, settings, request.user, name)
    return schemas.TestedOut(answer.status, answer.problem)


@get(
    "/feed",
    sync_to_thread=True,
    operation_id="get_feed",
    summary="The feed of a consumer",
    responses={**NOT_FOUND, **CONFLICT},
    guards=[needs("consume")],
)
def get_feed(
    request: ApiRequest,
    store: GivenStore,
    after: Annotated[
        int | None,
        QueryParameter(ge=0, le=2**63 - 1, description="Id of the last event dealt with; else where it was last."),
    ] = None,
    limit: Annotated[int, QueryParameter(ge=1, le=_MOST, description="How many events to look at.")] = 1000,
) -> Response[schemas.ChangesPage]:
    """Events of the consumer whose token this is, in order, as CloudEvents 1.0, with the values of its fields.

    Asking for what is after an event confirms everything up to it.
    """
    with store.transaction() as connection:
        found = consumers.pull(connection, request.user, after, limit=limit)
    page = schemas.ChangesPage(items=[schemas.ChangeOut(**event) for event in found.events], next_after=found.last)
    return Response(page, headers=link_header(request, "after", str(found.last) if found.is_full else None))


consumers_router = Router(
    path="/",
    route_handlers=[
        Router(
            path="/",
            route_handlers=[
                list_consumers, add_consumer, get_consumer, remove_consumer, pause, resume, limit, replay, rotate,
                send_test,
            ],
            guards=[needs("manage_consumers")],
        ),
        get_feed,
    ],
    tags=["consumers"],
)  # fmt: skip

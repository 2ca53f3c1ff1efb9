"""The HTTP application: the API under /v1, health, the OpenAPI document, and the screens if they are given."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from anyio import CapacityLimiter, to_thread
from litestar import Litestar, Request, Response, Router
from litestar.background_tasks import BackgroundTask
from litestar.datastructures import State
from litestar.di import Provide
from litestar.exceptions import HTTPException
from litestar.openapi import OpenAPIConfig
from litestar.openapi.spec import Components, License, SecurityScheme
from litestar.types import ControllerRouterHandler, Message, Scope

from litso import __version__
from litso.api.audit import audit_router
from litso.api.auth import BearerAuthentication, WriteKeyAuthentication
from litso.api.cases import cases_router
from litso.api.checks import checks_router
from litso.api.clean import clean_router
from litso.api.connections import connections_router
from litso.api.consents import consents_router
from litso.api.consumers import consumers_router
from litso.api.document import document_of
from litso.api.exchange import MOST_KEYED, PART, Exchange, Unpacked
from litso.api.explaining import explaining_router
from litso.api.exports import exports_router
from litso.api.intake import intake_router, links_router
from litso.api.jobs import jobs_router
from litso.api.judgements import judgements_router
from litso.api.lookup import lookup_router
from litso.api.observing import Observed, Traffic
from litso.api.operations import operations_router
from litso.api.parties import parties_router
from litso.api.pins import pins_router
from litso.api.policy import policy_router
from litso.api.problems import problem_of, problem_response
from litso.api.quality import quality_router
from litso.api.records import records_router
from litso.api.reference import reference_router
from litso.api.relations import relations_router
from litso.api.schemas import Problem
from litso.api.service import changes_router, health, metrics_token, openapi_document, ready, tell_metrics
from litso.api.tuning import tuning_router
from litso.api.writebacks import writebacks_router
from litso.errors import LitsoError, NotFound
from litso.settings import Settings
from litso.sources.messages import LARGEST_BATCH
from litso.store import audit, users
from litso.store.database import Store
from litso.usecases.access import Actor
from litso.usecases.gathering import Gathering
from litso.usecases.gauges import StoreGauges
from litso.usecases.limits import Limits

_LARGEST_BODY: Final = 16 << 20
_API: Final = "/v1"

SECURITY_HEADERS: Final = (
    (
        b"content-security-policy",
        b"default-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
    ),
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"permissions-policy", b"camera=(), geolocation=(), microphone=()"),
)
"""On every answer, errors and files included."""
_NO_STORE: Final = (b"cache-control", b"no-store")

AnyRequest = Request[Any, Any, Any]


@dataclass(frozen=True, slots=True)
class Screens:
    """The web interface: its routes, and how it shows an error that happened outside of the API."""

    routes: Sequence[ControllerRouterHandler]
    show_problem: Callable[[AnyRequest, Problem], Response[Any]]


def create_app(store: Store, settings: Settings, *, screens: Screens | None = None) -> Litestar:
    """The application over an open store."""
    handler = _exception_handler(screens)
    gathering = Gathering(store)

    def the_store(request: AnyRequest) -> Store:
        part: Store | None = request.scope.get(PART)  # type: ignore[assignment]
        actor = request.scope.get("user")
        if part is not None or actor is None:
            return part or store
        return store.seen_by(actor.name, actor.scope)

    def the_settings() -> Settings:
        return settings

    def the_gathering(request: AnyRequest) -> Gathering:
        own = the_store(request)
        return gathering if own is store else Gathering(own)

    if settings.metrics_token_file is not None:
        metrics_token(settings.metrics_token_file)
    traffic = Traffic()
    programs, sessions = users.programs(store.url), users.sessions(store.url)
    app = Litestar(
        route_handlers=[
            _api_router(),
            _intake_router(),
            health,
            ready,
            tell_metrics,
            openapi_document,
            *(screens.routes if screens else ()),
        ],
        dependencies={
            "store": Provide(the_store, sync_to_thread=False),
            "settings": Provide(the_settings, sync_to_thread=False),
            "gathering": Provide(the_gathering, sync_to_thread=False),
        },
        exception_handlers={HTTPException: handler, LitsoError: handler, Exception: handler},
        before_send=[_harden],
        on_shutdown=[programs.close, sessions.close],
        openapi_config=_openapi(),
        request_max_body_size=_LARGEST_BODY,
        state=State(
            {
                "store": store,
                "programs": programs,
                "sessions": sessions,
                "settings": settings,
                "traffic": traffic,
                "gauges": StoreGauges(store),
                "limits": Limits(settings),
                "keyed": CapacityLimiter(MOST_KEYED),
            }
        ),
        logging_config=None,
    )
    app.asgi_handler = Observed(app.asgi_handler, traffic)
    return app


def _api_router() -> Router:
    return Router(
        path=_API,
        route_handlers=[
            records_router,
            parties_router,
            relations_router,
            judgements_router,
            links_router,
            jobs_router,
            lookup_router,
            operations_router,
            consents_router,
            explaining_router,
            tuning_router,
            policy_router,
            pins_router,
            quality_router,
            exports_router,
            connections_router,
            audit_router,
            cases_router,
            checks_router,
            changes_router,
            consumers_router,
            writebacks_router,
            clean_router,
            reference_router,
        ],
        middleware=[BearerAuthentication, Exchange()],
        security=[{"token": []}],
    )


def _intake_router() -> Router:
    return Router(
        path=_API,
        route_handlers=[intake_router],
        middleware=[WriteKeyAuthentication, Unpacked(LARGEST_BATCH), Exchange()],
        security=[{"token": []}, {"write_key": []}],
    )


def _exception_handler(screens: Screens | None) -> Callable[[AnyRequest, Exception], Response[Any]]:
    """Problems in JSON for programs, pages for people."""

    def handle(request: AnyRequest, error: Exception) -> Response[Any]:
        answer = problem_response(request, error)
        actor = request.scope.get("user")
        if isinstance(error, NotFound) and isinstance(actor, Actor):
            answer.background = BackgroundTask(_note_miss, request.app.state.store, actor)
        if screens is None or not _is_for_people(request):
            return answer
        page = screens.show_problem(request, problem_of(error, request.url.path))
        page.background = answer.background
        return page

    return handle


async def _note_miss(store: Store, actor: Actor) -> None:
    """Who asks for what does not exist, again and again, may be trying ids: the audit keeps it."""
    await to_thread.run_sync(_write_miss, store, actor)


def _write_miss(store: Store, actor: Actor) -> None:
    with store.transaction() as connection:
        audit.write(connection, actor=actor.name, action="miss")


def _is_for_people(request: AnyRequest) -> bool:
    return not request.url.path.startswith(_API) and "text/html" in request.headers.get("accept", "")


async def _harden(message: Message, scope: Scope) -> None:
    """Add the security headers; nothing is stored by caches unless a handler said so."""
    if message["type"] != "http.response.start":
        return
    headers = list(message["headers"])
    given = {name.lower() for name, _ in headers}
    headers += [header for header in (*SECURITY_HEADERS, _NO_STORE) if header[0] not in given]
    message["headers"] = headers


def _openapi() -> OpenAPIConfig:
    return OpenAPIConfig(
        title="Litso",
        version=__version__,
        description="Customer data platform for utilities and telecoms: golden records from many sources, explained.",
        license=License(name="Apache-2.0", identifier="Apache-2.0"),
        components=Components(
            security_schemes={
                "token": SecurityScheme(
                    type="http", scheme="bearer", description="A service token: `litso token create NAME`."
                ),
                "write_key": SecurityScheme(
                    type="http", scheme="basic", description="A service token as the user name, and no password."
                ),
            }
        ),
        use_handler_docstrings=True,
        render_plugins=[],
    )


def openapi_schema(settings: Settings) -> dict[str, Any]:
    """The OpenAPI document; needs no running store."""
    return document_of(create_app(Store(""), settings))

"""All screens together, behind the session."""

from __future__ import annotations

from typing import Any, Final
from urllib.parse import urlencode

from litestar import Response, Router, get
from litestar.exceptions import NotFoundException
from litestar.params import FromPath
from litestar.types import ControllerRouterHandler

from litso.web import (
    audit,
    bulk,
    cases,
    checks,
    consumers,
    explaining,
    exports,
    finding,
    graph,
    history,
    moves,
    own,
    parties,
    people,
    pins,
    policy,
    programs,
    quality,
    reference,
    signing,
    single_sign_on,
    sources,
    tuning,
    writebacks,
)
from litso.web.assets import assets_router
from litso.web.pages import see_other
from litso.web.sessions import NotSignedIn, ScreenRequest, SessionAuthentication, check_form


@get("/{path:path}", sync_to_thread=False)
def nowhere(path: FromPath[str]) -> None:
    """Whatever no other route answers: a route of its own, so that the page of the error knows the user."""
    raise NotFoundException(path)


_HANDLERS: Final = (
    *signing.HANDLERS,
    *single_sign_on.HANDLERS,
    *finding.HANDLERS,
    *parties.HANDLERS,
    *graph.HANDLERS,
    *explaining.HANDLERS,
    *history.HANDLERS,
    *cases.HANDLERS,
    *tuning.HANDLERS,
    *policy.HANDLERS,
    *pins.HANDLERS,
    *moves.HANDLERS,
    *bulk.HANDLERS,
    *checks.HANDLERS,
    *sources.HANDLERS,
    *quality.HANDLERS,
    *reference.HANDLERS,
    *consumers.HANDLERS,
    *writebacks.HANDLERS,
    *exports.HANDLERS,
    *people.HANDLERS,
    *audit.HANDLERS,
    *own.HANDLERS,
    *programs.HANDLERS,
    nowhere,
)


def routes() -> list[ControllerRouterHandler]:
    """Routes of the screens and of their assets."""
    screens = Router(
        path="/",
        route_handlers=_HANDLERS,
        middleware=[SessionAuthentication],
        before_request=check_form,
        exception_handlers={NotSignedIn: _to_sign_in},
        include_in_schema=False,
    )
    return [screens, assets_router()]


def _to_sign_in(request: ScreenRequest, _: Exception) -> Response[Any]:
    """To the sign-in, and back to the page afterwards; a script is told by the status."""
    if "text/html" not in request.headers.get("accept", ""):
        return Response(None, status_code=401)
    path = request.url.path if request.method == "GET" else "/"
    return see_other("/sign-in?" + urlencode({"next": path}))

"""Each route of the screens, for each role, with limits and without: let in or refused. A route without a row fails."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

import pytest
from litestar.connection import ASGIConnection
from litestar.handlers import HTTPRouteHandler
from litestar.testing import TestClient
from small_town import Place, party_id
from test_screens import HTML, enter

from apart import run_apart
from litso.commands.serve import build_app
from litso.domain.scope import Scope
from litso.errors import Forbidden
from litso.settings import load_settings
from litso.store.database import Store
from litso.usecases.access import ROLES, Actor
from litso.web.sessions import NotSignedIn

ALL = frozenset(ROLES)
READERS = ALL - {"analyst"}
STEWARDS = frozenset({"administrator", "steward", "integrator"})
WRITERS = frozenset({"administrator", "integrator"})
ADMINS = frozenset({"administrator"})
WATCHERS = frozenset({"administrator", "compliance"})

OPEN: Final = "open"
"""For everybody, signed in or not."""
SIGNED: Final = "signed in"
"""For whoever is signed in, limits or not."""
OWN: Final = "own"
"""Limits narrow what is seen there."""
WHOLE: Final = "whole"
"""Over all parties at once: refused to whoever has limits."""

Row = tuple[frozenset[str], str]

GROUPS: Mapping[Row, str] = {
    (ALL, OPEN): """
        GET /sign-in  GET /sign-in/second  GET /sign-in/provider  GET /sign-in/provider/back  GET /welcome
        POST /sign-in  POST /sign-in/second  POST /sign-out  POST /welcome  POST /preferences
        GET /search/all  GET /parties/{party_id}/reveal  GET /{path}
    """,
    (ALL, SIGNED): """
        GET /  GET /me  POST /me/password  POST /me/second-factor  POST /me/second-factor/codes
        POST /me/second-factor/confirm  POST /me/second-factor/remove  POST /me/sessions/{session_id}/end
    """,
    (READERS, OWN): """
        GET /accounts/{number}  GET /debtors  GET /explain  GET /parties/{party_id}  GET /parties/{party_id}/history
        GET /parties/{party_id}/together  GET /places  POST /search  POST /search/all
        POST /parties/{party_id}/reveal
        GET /exports  GET /exports/{export_id}/file  POST /exports  POST /exports/form
        POST /exports/{export_id}/withdraw
    """,
    (STEWARDS, OWN): """
        GET /cases  GET /cases/{case_id}  POST /cases  POST /cases/next  POST /cases/undo  POST /cases/{case_id}
        POST /cases/{case_id}/claim  POST /cases/{case_id}/release
        GET /operations  GET /operations/{operation_id}  POST /operations/{operation_id}/apply
        POST /operations/{operation_id}/undo
        GET /parties/{party_id}/merge  GET /parties/{party_id}/pin  GET /parties/{party_id}/split  GET /pins
        POST /parties/{party_id}/merge  POST /parties/{party_id}/pin  POST /parties/{party_id}/pins/{pin_id}/undo
        POST /parties/{party_id}/split  GET /samples/{sample_id}  POST /samples/{sample_id}
    """,
    (STEWARDS, WHOLE): """
        GET /operations/new  POST /operations/new
        GET /policy  GET /policy/{trial_id}  GET /tuning  GET /tuning/{tuning_id}  POST /policy
        POST /policy/{trial_id}/apply  POST /policy/{trial_id}/rollback  POST /samples  POST /tuning
        POST /tuning/{tuning_id}/apply  POST /tuning/{tuning_id}/rollback
        POST /loads/{load_id}/approve  POST /loads/{load_id}/reject  POST /quality  GET /quarantine/{quarantine_id}
        POST /quarantine/{quarantine_id}/dismiss  POST /quarantine/{quarantine_id}/fix
        POST /sources/{name}/pause  POST /sources/{name}/resume  POST /sources/{name}/run
    """,
    (STEWARDS | {"analyst"}, WHOLE): """
        GET /clean  POST /clean  GET /loads/{load_id}  GET /quality  GET /quality/{source}
        GET /quality/{source}/{attribute}  GET /reference  GET /sources  GET /sources/{name}
    """,
    (STEWARDS, "records of quality"): """
        GET /quality/{source}/{attribute}/{dimension}  POST /quality/{source}/{attribute}/{dimension}
    """,
    (frozenset({"compliance"}), OWN): "GET /checks  POST /checks/{match_id}/decide",
    (WRITERS, WHOLE): """
        GET /consumers  GET /consumers/{name}  POST /consumers  POST /consumers/{name}/limits
        POST /consumers/{name}/pause  POST /consumers/{name}/remove  POST /consumers/{name}/replay
        POST /consumers/{name}/resume  POST /consumers/{name}/secret  POST /consumers/{name}/test
        GET /writebacks  POST /writebacks  GET /writebacks/{name}  POST /writebacks/{name}/run
        GET /writebacks/{name}/runs/{run_id}  POST /writebacks/{name}/runs/{run_id}/undo
        GET /writebacks/{name}/runs/{run_id}/file  POST /writebacks/{name}/pause  POST /writebacks/{name}/resume
        POST /writebacks/{name}/remove
    """,
    (ADMINS, WHOLE): """
        POST /cases/rules
        GET /programs  GET /users  POST /programs  POST /programs/limits  POST /programs/revoke  POST /programs/rotate
        POST /users  POST /users/addresses/forget-failures  POST /users/{user_id}/activate
        POST /users/{user_id}/deactivate  POST /users/{user_id}/forget-failures  POST /users/{user_id}/limits
        POST /users/{user_id}/role  POST /users/{user_id}/second-factor/reset
        POST /users/{user_id}/sessions/{session_id}/end
    """,
    (WATCHERS, WHOLE): "GET /audit  POST /audit/alarms/{alarm_id}/close  POST /exports/{export_id}/decide",
}
ROWS: Mapping[str, Row] = {
    " ".join(pair): row for row, listed in GROUPS.items() for pair in re.findall(r"(GET|POST) (\S+)", listed)
}


_OF_PROGRAMS: Final = ("/health", "/ready", "/metrics", "/openapi.json")


def _handlers() -> dict[str, HTTPRouteHandler]:
    app = build_app(Store(""), load_settings({}))
    return {
        f"{method} {re.sub(r':[a-z]+}', '}', route.path)}": handler
        for route in app.routes
        if not route.path.startswith(("/v1", "/static", "/schema")) and route.path not in _OF_PROGRAMS
        for method, (handler, *_) in getattr(route, "route_handler_map", {}).items()
        if method in ("GET", "POST")
    }


HANDLERS = _handlers()


def is_let_in(route: str, actor: Actor | None) -> bool:
    """What the guards of a route say."""

    async def ask() -> None:
        scope: Any = {"type": "http", "user": actor, "headers": [], "path": "/"}
        for guard in HANDLERS[route].guards or ():
            await guard(ASGIConnection(scope), HANDLERS[route])

    try:
        run_apart(ask())
    except (Forbidden, NotSignedIn):
        return False
    return True


def test_every_route_has_a_row() -> None:
    assert sorted(ROWS) == sorted(HANDLERS)


@pytest.mark.parametrize("route", sorted(ROWS))
def test_who_is_let_in(route: str) -> None:
    roles, kind = ROWS[route]
    assert is_let_in(route, None) == (kind == OPEN)
    for role in ROLES:
        actor = Actor(role, role)
        limited = replace(actor, scope=Scope(("Самарская",)))
        if kind == "records of quality":
            # The guard asks for the right to see parties; that of sources is asked for by what is done.
            assert is_let_in(route, actor) == (role in READERS), role
            continue
        assert is_let_in(route, actor) == (role in roles), role
        assert is_let_in(route, limited) == (role in roles and kind != WHOLE), role


VALUES: Mapping[str, str] = {
    "party_id": party_id("ivanov"), "number": "00081234", "name": "billing", "source": "crm", "attribute": "phone",
    "dimension": "completeness", "load_id": "5", "quarantine_id": "1", "path": "nowhere",
}  # fmt: skip


@pytest.mark.parametrize("role", ROLES)
def test_pages_are_refused_to_the_very_same_roles(anonymous: TestClient, place: Place, role: str) -> None:
    """As above, asked over HTTP: whatever a page does besides its guards, 403 is for those who lack the right."""
    enter(anonymous, place, role)
    for route, (roles, kind) in ROWS.items():
        method, path = route.split()
        if method == "POST" or kind == OPEN:
            continue
        address = path.format_map({name: VALUES.get(name, "1") for name in re.findall(r"{(\w+)}", path)})
        query = {"key": "x"} if path == "/places" else {"left": "crm:1", "right": "crm:2"} if path == "/explain" else {}
        answer = anonymous.get(address, params=query, headers=HTML, follow_redirects=False)
        assert answer.status_code < 500, (route, answer.status_code)
        assert (answer.status_code == 403) == (role not in roles), (route, answer.status_code)
    anonymous.cookies.clear()

"""The steward pastes values and sees how they are understood; the list of official reference data."""

from __future__ import annotations

from typing import Final

from litestar import Response, get, post

from litso.domain.territory import Territory
from litso.standardize.kinds import KINDS
from litso.usecases.parsing import MOST_VALUES, parse_lines
from litso.usecases.reference import list_reference
from litso.web.given import GivenSettings, GivenStore
from litso.web.pages import page
from litso.web.sessions import ScreenRequest, has_right
from litso.web.signing import Form

_FIRST: Final = "address"
_ORDER: Final = tuple(sorted(KINDS, key=lambda kind: kind != _FIRST))


@get("/clean", guards=[has_right("read_sources")], sync_to_thread=False)
def show_form(request: ScreenRequest) -> Response[str]:
    """The empty form."""
    return _page(request, {})


@post("/clean", guards=[has_right("read_sources")], sync_to_thread=True, status_code=200)
def parse_values(request: ScreenRequest, data: Form) -> Response[str]:
    """The values of the form, taken apart. Nothing of them is kept."""
    return _page(request, data)


def _page(request: ScreenRequest, form: dict[str, str]) -> Response[str]:
    kind = form.get("kind", _FIRST)
    kind = kind if kind in KINDS else _FIRST
    region, city = form.get("region", "").strip() or None, form.get("city", "").strip() or None
    territory = Territory(region, city) if region or city else None
    parsed, left_out = parse_lines(kind, form.get("values", ""), territory)
    return page(
        request,
        "clean.html",
        kinds=_ORDER,
        kind=kind,
        values=form.get("values", ""),
        region=region or "",
        city=city or "",
        parsed=parsed,
        left_out=left_out,
        most=MOST_VALUES,
    )


@get("/reference", guards=[has_right("read_sources")], sync_to_thread=True)
def show_reference(request: ScreenRequest, store: GivenStore, settings: GivenSettings) -> Response[str]:
    """Every kind of reference data with its editions."""
    with store.transaction() as connection:
        listed = list_reference(connection, settings.home)
    return page(request, "reference.html", listed=listed)


HANDLERS: Final = (show_form, parse_values, show_reference)

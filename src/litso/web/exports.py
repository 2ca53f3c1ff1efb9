"""«Выгрузки»: lists that leave as a file. Who asks says why; a second person decides about large and open ones."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Final

from litestar import Response, get, post
from litestar.params import FromPath, QueryParameter
from litestar.response import Redirect, Stream

from litso.domain.quality import DIMENSIONS
from litso.errors import BadUsage, Forbidden
from litso.settings import Settings
from litso.store import scope
from litso.store.database import Store
from litso.usecases import debtors, exporting
from litso.usecases.access import PURPOSES
from litso.usecases.export_rows import COLUMNS, DEBTORS, FAILING, KINDS, PARTIES, REVEALED
from litso.usecases.exporting import FORMATS, Wish
from litso.usecases.profiles import source_titles
from litso.web.given import GivenSettings, GivenStore
from litso.web.pages import page, see_other
from litso.web.sessions import ScreenRequest, actor_of, has_right
from litso.web.signing import Form

_EXPORTS: Final = [has_right("export")]
_DECIDES: Final = [has_right("approve_exports")]
_SHOWN: Final = 50
_RUNNING: Final = "approved"
_CONDITIONS: Final[Mapping[str, tuple[str, ...]]] = {
    PARTIES: ("query", "party", "territory", "brand", "source"),
    DEBTORS: ("lacks", "least"),
    FAILING: ("source", "attribute", "dimension", "other"),
}
"""Fields of the form that narrow a list of each kind; `party` is the kind of party."""

Word = Annotated[str, QueryParameter(max_length=100)]


@get("/exports", guards=_EXPORTS, sync_to_thread=True)
def show_exports(
    request: ScreenRequest,
    store: GivenStore,
    settings: GivenSettings,
    kind: Word = PARTIES,
    lacks: Word = "",
    least: Word = "",
    source: Word = "",
    attribute: Word = "",
    dimension: Word = "",
    other: Word = "",
    before: Annotated[int | None, QueryParameter(ge=1, le=2**62)] = None,
) -> Response[str]:
    """Exports that were asked for, those that wait for a decision, and a form."""
    given = {
        "kind": kind, "lacks": lacks, "least": least, "source": source, "attribute": attribute,
        "dimension": dimension, "other": other,
    }  # fmt: skip
    return _shown(request, store, settings, given, before=before)


def _shown(
    request: ScreenRequest,
    store: Store,
    settings: Settings,
    given: Mapping[str, str],
    *,
    before: int | None = None,
    problem: str = "",
    detail: str = "",
) -> Response[str]:
    actor = actor_of(request)
    found = exporting.list_exports(store, actor, before=before, limit=_SHOWN + 1)
    with store.transaction() as connection:
        titles = source_titles(connection)
        territories, brands = scope.choices(connection)
    kind = given.get("kind", PARTIES) if given.get("kind") in KINDS else PARTIES
    return page(
        request,
        "exports.html",
        status=422 if problem else 200,
        exports=[(one, exporting.is_own(actor, one)) for one in found[:_SHOWN]],
        following=found[_SHOWN - 1].export_id if len(found) > _SHOWN else None,
        running=any(one.status == _RUNNING for one in found[:_SHOWN]),
        may_decide=actor.may("approve_exports"),
        kind=kind,
        kinds=[one for one in KINDS if one != FAILING or actor.may("read_sources")],
        columns=COLUMNS[kind],
        revealed=[one for one in REVEALED if one in COLUMNS[kind].values()],
        formats=FORMATS,
        purposes=PURPOSES,
        needs=debtors.needs(),
        dimensions=DIMENSIONS,
        titles=titles,
        territories=territories if not actor.scope.is_limited else actor.scope.territories,
        brands=brands if not actor.scope.is_limited else actor.scope.brands,
        most=settings.export_rows,
        hours=settings.export_hours,
        given=given,
        problem=problem,
        detail=detail,
    )


@post("/exports/form", guards=_EXPORTS, sync_to_thread=True, status_code=200)
def show_form(request: ScreenRequest, store: GivenStore, settings: GivenSettings, data: Form) -> Response[str]:
    """The form with a search in it: what is searched for is personal data, so it comes in a body."""
    return _shown(request, store, settings, {"kind": PARTIES, "query": data.get("q", "")[:200]})


@post("/exports", guards=_EXPORTS, sync_to_thread=True, status_code=200)
def ask(request: ScreenRequest, store: GivenStore, settings: GivenSettings, data: Form) -> Response[str] | Redirect:
    """Ask for an export."""
    kind = data.get("kind", "")
    conditions = {name: data.get(name, "") for name in _CONDITIONS.get(kind, ())}
    if "party" in conditions:
        conditions["kind"] = conditions.pop("party")
    wish = Wish(
        kind,
        conditions,
        [name for name in COLUMNS.get(kind, ()) if data.get(f"column_{name}")],
        [name for name in REVEALED if data.get(f"class_{name}")],
        data.get("format", ""),
        data.get("purpose", ""),
        data.get("reason", ""),
    )
    try:
        exporting.ask(store, settings, actor_of(request), wish)
    except BadUsage as error:
        return _shown(request, store, settings, data, problem="Так выгрузить нельзя.", detail=str(error))
    return see_other("/exports")


@post("/exports/{export_id:int}/decide", guards=_DECIDES, sync_to_thread=True, status_code=200)
def decide(
    request: ScreenRequest, store: GivenStore, settings: GivenSettings, export_id: FromPath[int], data: Form
) -> Response[str] | Redirect:
    """Approve what another person asked for, or refuse it with a reason."""
    try:
        exporting.decide(
            store, actor_of(request), export_id,
            approves=data.get("decision") == "approve", reason=data.get("reason", ""),
        )  # fmt: skip
    except BadUsage:
        return _shown(request, store, settings, {}, problem="Напишите, почему отказано.")
    except Forbidden:
        return _shown(request, store, settings, {}, problem="О выгрузке решает другой человек, не тот, кто просил.")
    return see_other("/exports")


@post("/exports/{export_id:int}/withdraw", guards=_EXPORTS, sync_to_thread=True, status_code=200)
def withdraw(request: ScreenRequest, store: GivenStore, export_id: FromPath[int], data: Form) -> Redirect:
    """Take back what one asked for."""
    exporting.withdraw(store, actor_of(request), export_id)
    return see_other("/exports")


@get("/exports/{export_id:int}/file", guards=_EXPORTS, sync_to_thread=True)
def fetch(request: ScreenRequest, store: GivenStore, settings: GivenSettings, export_id: FromPath[int]) -> Stream:
    """The file, for the one who asked."""
    found = exporting.download(store, settings, actor_of(request), export_id)
    headers = {"Content-Disposition": f'attachment; filename="{found.name}"'}
    return Stream(found.pieces, media_type=found.media_type, headers=headers)


HANDLERS: Final = (show_exports, show_form, ask, decide, withdraw, fetch)

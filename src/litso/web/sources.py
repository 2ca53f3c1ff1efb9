"""Sources, their loads, quarantine and data quality; decisions on held loads and rejected rows."""

from __future__ import annotations

import json
from functools import partial
from typing import Annotated, Any, Final
from urllib.parse import quote

from anyio import to_thread
from litestar import Response, get, post
from litestar.background_tasks import BackgroundTask
from litestar.params import FromPath, QueryParameter
from litestar.response import Redirect

from litso.errors import BadUsage, Conflict, RowRejected
from litso.settings import Settings
from litso.store import audit, loads, quarantine
from litso.store.database import Store
from litso.store.quarantine import QuarantinedRow
from litso.usecases import connecting, loading, source_overview
from litso.usecases.profiles import source_titles
from litso.usecases.replaying import replay_row
from litso.usecases.working import is_at_work
from litso.web.given import GivenSettings, GivenStore
from litso.web.pages import page, see_other
from litso.web.sessions import ScreenRequest, actor_of, has_right
from litso.web.signing import Form

_ROWS: Final = 50
_CELL: Final = "cell:"
_TILES: Final = (
    ("Строк", "rows_in"),
    ("Новых", "rows_inserted"),
    ("Изменено", "rows_changed"),
    ("Без изменений", "rows_unchanged"),
    ("Удалено", "rows_deleted"),
    ("Карантин", "rows_quarantined"),
)


@get("/sources", guards=[has_right("read_sources")], sync_to_thread=True)
def show_sources(request: ScreenRequest, store: GivenStore) -> Response[str]:
    """Every source with its last load, and loads that wait for a decision."""
    with store.transaction() as connection:
        found = source_overview.read_sources(connection, actor_of(request))
        titles = source_titles(connection)
    return page(request, "sources.html", overviews=found.overviews, held=found.held, loads=found.loads, titles=titles)


@get("/sources/{name:str}", guards=[has_right("read_sources")], sync_to_thread=True)
def show_source(
    request: ScreenRequest,
    store: GivenStore,
    name: FromPath[str],
    code: Annotated[str | None, QueryParameter(max_length=64)] = None,
    after: Annotated[int, QueryParameter(ge=0, le=2**63 - 1)] = 0,
) -> Response[str]:
    """One source: data quality, quarantine by reason, loads, mapping."""
    with store.transaction() as connection:
        found = source_overview.read_source(connection, actor_of(request), name)
        connected = connecting.read_connection(connection, actor_of(request), name)
        is_worker = is_at_work(connection)
        rows = quarantine.list_rows(connection, source=name, code=code, after=after, limit=_ROWS + 1)
        titles = source_titles(connection)
    return page(
        request,
        "source.html",
        source=found.source,
        quality_rows=found.quality,
        quarantine_codes=found.codes,
        quarantine_total=sum(count for _, count in found.codes),
        quarantine=rows[:_ROWS],
        quarantine_next=rows[_ROWS - 1].quarantine_id if len(rows) > _ROWS else None,
        code=code,
        loads=found.loads,
        titles=titles,
        connected=connected,
        is_worker=is_worker,
        may_decide=actor_of(request).may("decide_loads"),
    )


@post("/sources/{name:str}/pause", guards=[has_right("decide_loads")], sync_to_thread=True, status_code=200)
def pause(request: ScreenRequest, store: GivenStore, name: FromPath[str], data: Form) -> Redirect:
    """Do not run a source until it is resumed."""
    connecting.pause(store, name, actor_of(request).name)
    return see_other(f"/sources/{quote(name)}")


@post("/sources/{name:str}/resume", guards=[has_right("decide_loads")], sync_to_thread=True, status_code=200)
def resume(request: ScreenRequest, store: GivenStore, name: FromPath[str], data: Form) -> Redirect:
    """Run a source again; its alarms are closed."""
    connecting.resume(store, name, actor_of(request).name)
    return see_other(f"/sources/{quote(name)}")


@post("/sources/{name:str}/run", guards=[has_right("decide_loads")], sync_to_thread=True, status_code=200)
def run(request: ScreenRequest, store: GivenStore, name: FromPath[str], data: Form) -> Redirect:
    """Let a worker run a source now."""
    connecting.ask(store, name, actor_of(request).name)
    return see_other(f"/sources/{quote(name)}")


@get("/loads/{load_id:int}", guards=[has_right("read_sources")], sync_to_thread=True)
def show_load(request: ScreenRequest, store: GivenStore, load_id: FromPath[int]) -> Response[str]:
    """One load: its counts, and why it waits."""
    return _load_page(request, store, load_id)


def _load_page(request: ScreenRequest, store: GivenStore, load_id: int, *, problem: str = "") -> Response[str]:
    with store.transaction() as connection:
        load = loads.get(connection, load_id)
        titles = source_titles(connection)
    return page(
        request,
        "load.html",
        status=409 if problem else 200,
        load=load,
        titles=titles,
        tiles=[(title, getattr(load, name)) for title, name in _TILES],
        may_decide=actor_of(request).may("decide_loads"),
        problem=problem,
    )


@post("/loads/{load_id:int}/approve", guards=[has_right("decide_loads")], sync_to_thread=True, status_code=200)
def approve(
    request: ScreenRequest, store: GivenStore, settings: GivenSettings, load_id: FromPath[int], data: Form
) -> Redirect:
    """Publish a held load: the page answers at once, the load goes on."""
    with store.transaction() as connection:
        load = loads.get(connection, load_id)
    if load.status != "held":
        raise Conflict(f"load {load_id} is {load.status}")
    answer = see_other(f"/loads/{load_id}")
    answer.background = BackgroundTask(_approve, store, settings, load_id, actor_of(request).name)
    return answer


async def _approve(store: Store, settings: Settings, load_id: int, by: str) -> None:
    await to_thread.run_sync(partial(loading.approve_load, store, settings, load_id, approved_by=by))


@post("/loads/{load_id:int}/reject", guards=[has_right("decide_loads")], sync_to_thread=True, status_code=200)
def reject(
    request: ScreenRequest, store: GivenStore, settings: GivenSettings, load_id: FromPath[int], data: Form
) -> Redirect:
    """Refuse a held load."""
    loading.reject_load(store, settings, load_id, actor_of(request).name)
    return see_other(f"/loads/{load_id}")


@get("/quarantine/{quarantine_id:int}", guards=[has_right("decide_loads")], sync_to_thread=True)
def show_quarantined(request: ScreenRequest, store: GivenStore, quarantine_id: FromPath[int]) -> Response[str]:
    """One rejected row, as it was received, with a form to correct it; the read is logged first."""
    return _quarantined_page(request, store, quarantine_id)


def _quarantined_page(
    request: ScreenRequest,
    store: Store,
    quarantine_id: int,
    *,
    tried: str | None = None,
    problem: RowRejected | None = None,
) -> Response[str]:
    """The row, or what somebody `tried` in its place and the `problem` with it."""
    with store.transaction() as connection:
        row = quarantine.get(connection, quarantine_id)
        audit.write(
            connection,
            actor=actor_of(request).name,
            action="records",
            object=f"quarantine {quarantine_id}",
            fields=[column for column, _ in cells_of(row)],
        )
        titles = source_titles(connection)
    if tried is not None and problem is not None:
        row = row._replace(
            fixed_payload=tried, message=str(problem), column_name=problem.column, suggestion=problem.suggestion
        )
    return page(
        request,
        "quarantined.html",
        status=422 if problem else 200,
        row=row,
        cells=cells_of(row),
        titles=titles,
        may_decide=actor_of(request).may("decide_loads"),
    )


def cells_of(row: QuarantinedRow) -> list[tuple[str, str]]:
    """Columns and values of a row that was received as an object; nothing for a line that could not be split."""
    try:
        received = json.loads(row.fixed_payload or row.payload)
    except ValueError:
        return []
    return (
        [(name, "" if value is None else str(value)) for name, value in received.items()]
        if isinstance(received, dict)
        else []
    )


def _fixed_payload(data: dict[str, Any]) -> str:
    """The row of the form, in the shape in which it was received."""
    cells = {name.removeprefix(_CELL): value for name, value in data.items() if name.startswith(_CELL)}
    return json.dumps(cells, ensure_ascii=False) if cells else data.get("payload", "")


@post("/quarantine/{quarantine_id:int}/fix", guards=[has_right("decide_loads")], sync_to_thread=True, status_code=200)
def fix(
    request: ScreenRequest, store: GivenStore, quarantine_id: FromPath[int], data: Form
) -> Response[str] | Redirect:
    """Load the corrected row; when it is still wrong, say what is wrong now."""
    payload = _fixed_payload(data)
    try:
        with store.transaction() as connection:
            replay_row(connection, actor_of(request), quarantine_id, payload)
    except RowRejected as problem:
        return _quarantined_page(request, store, quarantine_id, tried=payload, problem=problem)
    except BadUsage as error:
        return _quarantined_page(request, store, quarantine_id, tried=payload, problem=RowRejected("", str(error)))
    return see_other(f"/quarantine/{quarantine_id}")


@post(
    "/quarantine/{quarantine_id:int}/dismiss", guards=[has_right("decide_loads")], sync_to_thread=True, status_code=200
)
def dismiss(request: ScreenRequest, store: GivenStore, quarantine_id: FromPath[int], data: Form) -> Redirect:
    """Give a row up."""
    with store.transaction() as connection:
        quarantine.dismiss(connection, quarantine_id, actor_of(request).name)
    return see_other(f"/quarantine/{quarantine_id}")


HANDLERS: Final = (
    show_sources,
    show_source,
    pause,
    resume,
    run,
    show_load,
    approve,
    reject,
    show_quarantined,
    fix,
    dismiss,
)

"""Write-backs on the screens: what goes back to which source, what a run would change, and what became of each row."""

from __future__ import annotations

from typing import Annotated, Final

from litestar import Response, get, post
from litestar.params import FromPath, QueryParameter
from litestar.response import File, Redirect

from litso.domain.returning import OUTCOMES
from litso.errors import BadUsage, Conflict, NotFound
from litso.golden.returning import RETURNABLE, RULES
from litso.store.database import Store
from litso.usecases import profiles, writebacks, writing_back
from litso.usecases.collecting import mapping_of
from litso.usecases.working import is_at_work
from litso.usecases.writebacks import FORMATS, KINDS, Wanted
from litso.web.given import GivenSettings, GivenStore
from litso.web.pages import page, see_other
from litso.web.sessions import ScreenRequest, actor_of, has_right
from litso.web.signing import Form

_MANAGES: Final = [has_right("manage_consumers")]
_TAKEN: Final = "Обратная передача с таким именем уже есть."
_REFUSED: Final = "Не принято:"
_SHOWN: Final = 100


@get("/writebacks", guards=_MANAGES, sync_to_thread=True)
def show_writebacks(request: ScreenRequest, store: GivenStore) -> Response[str]:
    """Every write-back with its last run, and the form that attaches another one."""
    return _list(request, store, {})


def _list(
    request: ScreenRequest, store: Store, given: dict[str, str], problem: str = "", told: str = ""
) -> Response[str]:
    with store.transaction() as connection:
        found = writebacks.list_writebacks(connection, actor_of(request))
        titles = profiles.source_titles(connection)
        columns = {name: list(writebacks.fields_of(mapping_of(connection, name))) for name in titles}
        is_worker = is_at_work(connection)
    return page(
        request,
        "writebacks.html",
        status=422 if problem else 200,
        writebacks=found,
        is_worker=is_worker,
        titles={name: title for name, title in titles.items() if columns[name]},
        fields=[name for name in RETURNABLE if any(name in of_source for of_source in columns.values())],
        kinds=KINDS,
        rules=RULES,
        formats=FORMATS,
        given=given,
        problem=problem,
        told=told,
    )


@post("/writebacks", guards=_MANAGES, sync_to_thread=True, status_code=200)
def attach(request: ScreenRequest, store: GivenStore, settings: GivenSettings, data: Form) -> Response[str] | Redirect:
    """Attach a write-back; the next thing to do is to look what it would change."""
    way, every = data.get("way", ""), data.get("every", "").strip()
    places = {"sql": data.get("table", ""), "http": data.get("address", ""), "file": data.get("format", "")}
    wanted = Wanted(
        name=data.get("name", "").strip(),
        source=data.get("source", ""),
        purpose=data.get("purpose", ""),
        way=way,
        fields=dict.fromkeys(_ticked(data, "field"), ""),
        rule=data.get("rule", ""),
        place=places.get(way, "").strip(),
        method=data.get("method", "") if way == "http" else "",
        token=data.get("token", "").strip() if way == "http" else "",
        kinds=_ticked(data, "kind"),
        every=int(every) if every.isdecimal() and len(every) < 9 else None,
    )
    try:
        writebacks.attach(store, settings, actor_of(request), wanted)
    except Conflict:
        return _list(request, store, data, _TAKEN)
    except (BadUsage, NotFound) as error:
        return _list(request, store, {**data, "token": ""}, _REFUSED, str(error))
    return see_other(f"/writebacks/{wanted.name}?dry_run=1")


def _ticked(data: dict[str, str], group: str) -> tuple[str, ...]:
    return tuple(name.partition(":")[2] for name in data if name.startswith(f"{group}:"))


@get("/writebacks/{name:str}", guards=_MANAGES, sync_to_thread=True)
def show_writeback(
    request: ScreenRequest,
    store: GivenStore,
    name: FromPath[str],
    dry_run: Annotated[int, QueryParameter(ge=0, le=1)] = 0,
) -> Response[str]:
    """A write-back and its runs; with `dry_run` what it would change now."""
    actor = actor_of(request)
    with store.transaction() as connection:
        found, runs = writebacks.read_writeback(connection, actor, name)
        titles, is_worker = profiles.source_titles(connection), is_at_work(connection)
    plan = writing_back.rehearse(store, actor, name, limit=_SHOWN) if dry_run else None
    return page(
        request, "writeback.html", writeback=found, runs=runs, title=titles.get(found.source, found.source),
        is_worker=is_worker, plan=plan, undoing=None,
    )  # fmt: skip


@post("/writebacks/{name:str}/run", guards=_MANAGES, sync_to_thread=True, status_code=200)
def run(request: ScreenRequest, store: GivenStore, name: FromPath[str], data: Form) -> Redirect:
    """Let a worker run it."""
    writing_back.ask(store, actor_of(request), name)
    return see_other(f"/writebacks/{name}#runs")


@get("/writebacks/{name:str}/runs/{run_id:int}", guards=_MANAGES, sync_to_thread=True)
def show_run(
    request: ScreenRequest,
    store: GivenStore,
    name: FromPath[str],
    run_id: FromPath[int],
    outcome: Annotated[str, QueryParameter(max_length=20)] = "",
    after: Annotated[int, QueryParameter(ge=0, le=2**63 - 1)] = 0,
    undo: Annotated[int, QueryParameter(ge=0, le=1)] = 0,
) -> Response[str]:
    """What became of the rows of a run; with `undo` what taking it back would change."""
    actor, chosen = actor_of(request), outcome if outcome in OUTCOMES else None
    with store.transaction() as connection:
        found, _ = writebacks.read_writeback(connection, actor, name)
        shown = writebacks.read_run(connection, actor, name, run_id, outcome=chosen, after=after, limit=_SHOWN)
    plan = writing_back.rehearse_undo(store, actor, name, run_id, limit=_SHOWN) if undo else None
    return page(
        request, "writeback_run.html", writeback=found, run=shown.run, rows=shown.rows, outcome=chosen, plan=plan,
        outcomes=OUTCOMES, following=shown.rows[-1].row_id if len(shown.rows) == _SHOWN else None,
    )  # fmt: skip


@post("/writebacks/{name:str}/runs/{run_id:int}/undo", guards=_MANAGES, sync_to_thread=True, status_code=200)
def undo(request: ScreenRequest, store: GivenStore, name: FromPath[str], run_id: FromPath[int], data: Form) -> Redirect:
    """Let a worker take back what a run wrote."""
    writing_back.ask(store, actor_of(request), name, undoes=run_id)
    return see_other(f"/writebacks/{name}#runs")


@get("/writebacks/{name:str}/runs/{run_id:int}/file", guards=_MANAGES, sync_to_thread=True)
def hand_out(
    request: ScreenRequest, store: GivenStore, settings: GivenSettings, name: FromPath[str], run_id: FromPath[int]
) -> File:
    """The file of a run."""
    path = writebacks.file_of(store, settings, actor_of(request), name, run_id)
    return File(path, filename=path.name, content_disposition_type="attachment")


@post("/writebacks/{name:str}/pause", guards=_MANAGES, sync_to_thread=True, status_code=200)
def pause(request: ScreenRequest, store: GivenStore, name: FromPath[str], data: Form) -> Redirect:
    """Run it no more."""
    writebacks.pause(store, actor_of(request), name)
    return see_other(f"/writebacks/{name}")


@post("/writebacks/{name:str}/resume", guards=_MANAGES, sync_to_thread=True, status_code=200)
def resume(request: ScreenRequest, store: GivenStore, name: FromPath[str], data: Form) -> Redirect:
    """Let it run again."""
    writebacks.resume(store, actor_of(request), name)
    return see_other(f"/writebacks/{name}")


@post("/writebacks/{name:str}/remove", guards=_MANAGES, sync_to_thread=True, status_code=200)
def remove(request: ScreenRequest, store: GivenStore, name: FromPath[str], data: Form) -> Redirect:
    """Detach a write-back, if its name was typed."""
    if data.get("confirm", "").strip() != name:
        return see_other(f"/writebacks/{name}#remove")
    writebacks.remove(store, actor_of(request), name)
    return see_other("/writebacks")


HANDLERS: Final = (
    show_writebacks, attach, show_writeback, run, show_run, undo, hand_out, pause, resume, remove,
)  # fmt: skip

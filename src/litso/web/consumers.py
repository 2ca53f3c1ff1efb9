"""Consumers on the screens: who is told of parties, how far each has come, and attaching another one."""

from __future__ import annotations

from typing import Final

from litestar import Response, get, post
from litestar.params import FromPath
from litestar.response import Redirect

from litso.domain.scope import FIELD_CLASSES
from litso.errors import BadUsage, Conflict
from litso.store import scope
from litso.store.database import Store
from litso.usecases import consumers, profiles
from litso.usecases.consumers import FIELDS, KINDS, Wanted
from litso.usecases.working import is_at_work
from litso.web.given import GivenSettings, GivenStore
from litso.web.limits import scope_of
from litso.web.pages import page, see_other
from litso.web.sessions import ScreenRequest, actor_of, has_right
from litso.web.signing import Form

_MANAGES: Final = [has_right("manage_consumers")]
_BEYOND: Final = "Получателю сообщаются значения других классов: отключите его и подключите с меньшим набором."
_BROKERS: Final = ("nats", "kafka")
_ADDRESSED: Final = ("webhook", *_BROKERS)
_TAKEN: Final = "Получатель с таким именем уже есть."
_REFUSED: Final = "Не принято: проверьте имя, цель и адрес. Адрес — https:// и не во внутренней сети."


@get("/consumers", guards=_MANAGES, sync_to_thread=True)
def show_consumers(request: ScreenRequest, store: GivenStore) -> Response[str]:
    """Every consumer with its lag, and the form that attaches another one."""
    return _list(request, store, {})


def _list(request: ScreenRequest, store: Store, given: dict[str, str], problem: str = "") -> Response[str]:
    with store.transaction() as connection:
        found = consumers.list_consumers(connection, actor_of(request))
        titles = profiles.source_titles(connection)
        is_worker = is_at_work(connection)
        territories, brands = scope.choices(connection)
    return page(
        request,
        "consumers.html",
        status=422 if problem else 200,
        consumers=found,
        is_worker=is_worker,
        fields=FIELDS,
        kinds=KINDS,
        titles=titles,
        territories=territories,
        brands=brands,
        classes=FIELD_CLASSES,
        given=given,
        ticked={group: _ticked(given, group) for group in ("field", "kind", "source", "attribute")},
        problem=problem,
    )


@post("/consumers", guards=_MANAGES, sync_to_thread=True, status_code=200)
def attach(request: ScreenRequest, store: GivenStore, settings: GivenSettings, data: Form) -> Response[str]:
    """Attach a consumer; its page shows the secret this once."""
    wanted = Wanted(
        name=data.get("name", "").strip(),
        purpose=data.get("purpose", ""),
        delivery=data.get("delivery", ""),
        address=data.get("address", "").strip() if data.get("delivery") in _ADDRESSED else "",
        credentials=data.get("credentials", "").strip() if data.get("delivery") in _BROKERS else "",
        fields=_ticked(data, "field"),
        kinds=_ticked(data, "kind"),
        sources=_ticked(data, "source"),
        attributes=_ticked(data, "attribute"),
        from_start=data.get("from_start") == "yes",
        scope=scope_of(data),
    )
    try:
        made = consumers.attach(store, settings, actor_of(request), wanted)
    except Conflict:
        return _list(request, store, data, _TAKEN)
    except BadUsage:
        return _list(request, store, {**data, "credentials": ""}, _REFUSED)
    return _one(request, store, wanted.name, secret=made.secret)


def _ticked(data: dict[str, str], group: str) -> tuple[str, ...]:
    """Names of the ticked boxes of a group: `field:phones`."""
    return tuple(name.partition(":")[2] for name in data if name.startswith(f"{group}:"))


@get("/consumers/{name:str}", guards=_MANAGES, sync_to_thread=True)
def show_consumer(request: ScreenRequest, store: GivenStore, name: FromPath[str]) -> Response[str]:
    """A consumer, and what happened to it."""
    return _one(request, store, name)


def _one(
    request: ScreenRequest, store: Store, name: str, *, secret: str = "", told: str = "", problem: str = ""
) -> Response[str]:
    with store.transaction() as connection:
        found, log = consumers.read_consumer(connection, actor_of(request), name)
        is_worker = is_at_work(connection)
        territories, brands = scope.choices(connection)
    return page(
        request, "consumer.html", status=422 if problem else 200, consumer=found, log=log, secret=secret, told=told,
        is_worker=is_worker, territories=territories, brands=brands, classes=FIELD_CLASSES, problem=problem,
        base=str(request.base_url).rstrip("/"),
    )  # fmt: skip


@post("/consumers/{name:str}/test", guards=_MANAGES, sync_to_thread=True, status_code=200)
def send_test(
    request: ScreenRequest, store: GivenStore, settings: GivenSettings, name: FromPath[str], data: Form
) -> Response[str]:
    """Send a test event and say what came back."""
    answer = consumers.send_test(store, settings, actor_of(request), name)
    return _one(request, store, name, told=answer.problem or f"HTTP {answer.status}")


@post("/consumers/{name:str}/secret", guards=_MANAGES, sync_to_thread=True, status_code=200)
def rotate(
    request: ScreenRequest, store: GivenStore, settings: GivenSettings, name: FromPath[str], data: Form
) -> Response[str]:
    """A new secret, shown this once."""
    made = consumers.rotate(store, settings, actor_of(request), name)
    return _one(request, store, name, secret=made.secret)


@post("/consumers/{name:str}/pause", guards=_MANAGES, sync_to_thread=True, status_code=200)
def pause(request: ScreenRequest, store: GivenStore, name: FromPath[str], data: Form) -> Redirect:
    """Deliver nothing for now."""
    consumers.pause(store, actor_of(request), name)
    return see_other(f"/consumers/{name}")


@post("/consumers/{name:str}/resume", guards=_MANAGES, sync_to_thread=True, status_code=200)
def resume(request: ScreenRequest, store: GivenStore, name: FromPath[str], data: Form) -> Redirect:
    """Deliver again."""
    consumers.resume(store, actor_of(request), name)
    return see_other(f"/consumers/{name}")


@post("/consumers/{name:str}/limits", guards=_MANAGES, sync_to_thread=True, status_code=200)
def limit(request: ScreenRequest, store: GivenStore, name: FromPath[str], data: Form) -> Response[str] | Redirect:
    """Limit what a consumer is told."""
    try:
        consumers.limit(store, actor_of(request), name, scope_of(data))
    except BadUsage:
        return _one(request, store, name, problem=_BEYOND)
    return see_other(f"/consumers/{name}")


@post("/consumers/{name:str}/replay", guards=_MANAGES, sync_to_thread=True, status_code=200)
def replay(request: ScreenRequest, store: GivenStore, name: FromPath[str], data: Form) -> Redirect:
    """Tell everything after an event again."""
    after = data.get("after", "0").strip()
    if not after.isdecimal() or len(after) > 18:
        raise BadUsage("the number of an event is a whole number")
    consumers.replay(store, actor_of(request), name, int(after))
    return see_other(f"/consumers/{name}")


@post("/consumers/{name:str}/remove", guards=_MANAGES, sync_to_thread=True, status_code=200)
def remove(request: ScreenRequest, store: GivenStore, name: FromPath[str], data: Form) -> Redirect:
    """Detach a consumer, if its name was typed."""
    if data.get("confirm", "").strip() != name:
        return see_other(f"/consumers/{name}#remove")
    consumers.remove(store, actor_of(request), name)
    return see_other("/consumers")


HANDLERS: Final = (show_consumers, attach, show_consumer, send_test, rotate, pause, resume, limit, replay, remove)

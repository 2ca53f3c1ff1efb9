"""The user's own page: password, second factor, and where they are signed in."""

from __future__ import annotations

from typing import Annotated, Any, Final

from litestar import Response, get, post
from litestar.params import FromPath, QueryParameter
from litestar.response import Redirect

from litso.errors import BadUsage, Conflict, Forbidden, NotFound
from litso.settings import Settings
from litso.store import second_factors, users
from litso.store.database import Store
from litso.store.sealing import is_available
from litso.store.users import SHORTEST_PASSWORD
from litso.usecases import people, signing_in
from litso.usecases.signing_in import Delayed, Enrolment
from litso.web.given import GivenSettings, GivenStore
from litso.web.pages import page, see_other
from litso.web.qr import qr_code
from litso.web.sessions import ScreenRequest, actor_of, signed_in, visitor_of
from litso.web.signing import TOO_MANY, WRONG_CODE, Form

_OWN: Final = [signed_in]
_WRONG_PASSWORD: Final = "Пароль не подходит."
_DONE: Final = {
    "password": "Пароль изменён. Остальные ваши сеансы завершены.",
    "off": "Второй фактор убран: вход снова по одному паролю.",
    "ended": "Сеанс завершён.",
}


@get("/me", guards=_OWN, sync_to_thread=True)
def show_own(
    request: ScreenRequest,
    store: GivenStore,
    settings: GivenSettings,
    done: Annotated[str, QueryParameter(max_length=20)] = "",
) -> Response[str]:
    """How the user signs in, and where they are signed in."""
    return _own(request, store, settings, told=_DONE.get(done, ""))


def _own(
    request: ScreenRequest, store: Store, settings: Settings, *, problem: str = "", status: int = 200, **shown: Any
) -> Response[str]:
    with store.transaction() as connection:
        user = users.by_login(connection, actor_of(request).name)
        known = {
            "sessions": users.list_sessions(connection, [user.user_id], token=request.auth or ""),
            "factor": second_factors.find(connection, user.user_id),
            "has_password": users.has_password(connection, user.user_id),
        }
    given: dict[str, Any] = {"told": "", "enrolment": None, "qr": None, "codes": None, **shown}
    return page(
        request,
        "me.html",
        status=status,
        problem=problem,
        shortest=SHORTEST_PASSWORD,
        is_demanded=user.role in settings.second_factor,
        is_available=is_available(settings),
        **known,
        **given,
    )


def _refused(
    request: ScreenRequest, store: Store, settings: Settings, error: Exception, wrong: str, **shown: Any
) -> Response[str]:
    """The page again, saying what was wrong."""
    if isinstance(error, Delayed):
        return _own(request, store, settings, problem=TOO_MANY, status=429, **shown)
    return _own(request, store, settings, problem=wrong, status=422, **shown)


@post("/me/password", guards=_OWN, sync_to_thread=True, status_code=200)
def change_password(
    request: ScreenRequest, store: GivenStore, settings: GivenSettings, data: Form
) -> Response[str] | Redirect:
    """Set a new password; every other session of the user ends."""
    login, token = actor_of(request).name, request.auth or ""
    current, new = data.get("current", ""), data.get("new", "")
    try:
        signing_in.change_password(store, visitor_of(request), login, current, new, keep=token)
    except Forbidden as error:
        return _refused(request, store, settings, error, _WRONG_PASSWORD)
    except BadUsage as error:
        return _refused(request, store, settings, error, "Пароль слишком короткий или слишком длинный.")
    return see_other("/me?done=password")


@post("/me/second-factor", guards=_OWN, sync_to_thread=True, status_code=200)
def begin_enrolment(request: ScreenRequest, store: GivenStore, settings: GivenSettings, data: Form) -> Response[str]:
    """Show what an authenticator needs, to who knows the password."""
    login, password = actor_of(request).name, data.get("password", "")
    try:
        begun = signing_in.begin_enrolment(store, settings, visitor_of(request), login, password)
    except Forbidden as error:
        return _refused(request, store, settings, error, _WRONG_PASSWORD)
    return _own(request, store, settings, **_drawn(begun))


def _drawn(enrolment: Enrolment) -> dict[str, Any]:
    return {"enrolment": enrolment, "qr": qr_code(enrolment.uri)}


@post("/me/second-factor/confirm", guards=_OWN, sync_to_thread=True, status_code=200)
def finish_enrolment(request: ScreenRequest, store: GivenStore, settings: GivenSettings, data: Form) -> Response[str]:
    """Demand the authenticator from now on, once its first code is right; shows the recovery codes this once."""
    login = actor_of(request).name
    codes = signing_in.finish_enrolment(store, settings, login, data.get("code", ""))
    if codes is None:
        begun = signing_in.enrolment_of(store, settings, login)
        return _own(request, store, settings, problem=WRONG_CODE, status=422, **_drawn(begun))
    return _own(request, store, settings, codes=codes)


@post("/me/second-factor/codes", guards=_OWN, sync_to_thread=True, status_code=200)
def renew_codes(request: ScreenRequest, store: GivenStore, settings: GivenSettings, data: Form) -> Response[str]:
    """New recovery codes, shown this once."""
    login, code = actor_of(request).name, data.get("code", "")
    try:
        codes = signing_in.renew_codes(store, settings, visitor_of(request), login, code)
    except Forbidden as error:
        return _refused(request, store, settings, error, WRONG_CODE)
    return _own(request, store, settings, codes=codes)


@post("/me/second-factor/remove", guards=_OWN, sync_to_thread=True, status_code=200)
def remove_second_factor(
    request: ScreenRequest, store: GivenStore, settings: GivenSettings, data: Form
) -> Response[str] | Redirect:
    """Sign in by the password alone again."""
    login, code = actor_of(request).name, data.get("code", "")
    try:
        signing_in.remove_second_factor(store, settings, visitor_of(request), login, code)
    except Forbidden as error:
        return _refused(request, store, settings, error, WRONG_CODE)
    except Conflict as error:
        return _refused(request, store, settings, error, "Вашей роли второй фактор обязателен.")
    return see_other("/me?done=off")


@post("/me/sessions/{session_id:int}/end", guards=_OWN, sync_to_thread=True, status_code=200)
def end_session(request: ScreenRequest, store: GivenStore, session_id: FromPath[int], data: Form) -> Redirect:
    """Sign out somewhere else."""
    login = actor_of(request).name
    try:
        people.end_own_session(store, login, session_id)
    except NotFound:
        return see_other("/me")
    return see_other("/me?done=ended")


HANDLERS: Final = (
    show_own,
    change_password,
    begin_enrolment,
    finish_enrolment,
    renew_codes,
    remove_second_factor,
    end_session,
)

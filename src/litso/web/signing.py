"""Sign in and out, the first sign-in by a one-time token, and the look of the pages."""

from __future__ import annotations

import math
from typing import Annotated, Final

from litestar import Response, get, post
from litestar.enums import RequestEncodingType
from litestar.params import Body, QueryParameter
from litestar.response import Redirect

from litso.errors import BadUsage, Conflict, Forbidden
from litso.store import users
from litso.store.users import SHORTEST_PASSWORD
from litso.web.attempts import Attempts
from litso.web.formats import LANGUAGES
from litso.web.given import GivenStore
from litso.web.i18n import translator
from litso.web.pages import LANG_COOKIE, THEME_COOKIE, THEMES, language_of, own_path, page, see_other
from litso.web.sessions import SESSION_COOKIE, ScreenRequest, cookie

Form = Annotated[dict[str, str], Body(media_type=RequestEncodingType.URL_ENCODED)]

_YEAR: Final = 365 * 24 * 3600
_BY_LOGIN: Final = Attempts(5)
_BY_ADDRESS: Final = Attempts(50)


@get("/sign-in", sync_to_thread=False, name="sign_in")
def sign_in_page(
    request: ScreenRequest, to: Annotated[str, QueryParameter(name="next", max_length=500)] = "/"
) -> Response[str] | Redirect:
    """The form; a signed-in user goes on at once."""
    return see_other(own_path(to)) if request.user else _sign_in_form(request, to)


def _sign_in_form(
    request: ScreenRequest, to: str, *, login: str = "", problem: str = "", status: int = 200
) -> Response[str]:
    return page(request, "sign_in.html", status=status, next=own_path(to), login=login, problem=problem)


@post("/sign-in", sync_to_thread=True, status_code=200)
def sign_in(request: ScreenRequest, store: GivenStore, data: Form) -> Response[str] | Redirect:
    """Open a session, unless the password is wrong or there were too many wrong ones."""
    say = translator(language_of(request))
    login, to = data.get("login", ""), data.get("next", "/")
    address = request.client.host if request.client else ""
    by_login = (login.strip().lower(), address)
    wait = max(_BY_LOGIN.wait_seconds(by_login), _BY_ADDRESS.wait_seconds(address))
    if wait > 0:
        answer = _sign_in_form(
            request, to, login=login, status=429, problem=say("Слишком много попыток. Подождите немного.")
        )
        answer.headers["Retry-After"] = str(math.ceil(wait))
        return answer
    with store.transaction() as connection:
        user = users.authenticate(connection, login, data.get("password", ""))
        token = users.open_session(connection, user.user_id) if user else None
    if token is None:
        _BY_LOGIN.fail(by_login)
        _BY_ADDRESS.fail(address)
        return _sign_in_form(request, to, login=login, status=422, problem=say("Имя или пароль не подходят."))
    _BY_LOGIN.succeed(by_login)
    return _entered(request, token, to)


def _entered(request: ScreenRequest, token: str, to: str) -> Redirect:
    answer = see_other(own_path(to))
    answer.cookies.append(cookie(request, SESSION_COOKIE, token))
    return answer


@post("/sign-out", sync_to_thread=True, status_code=200)
def sign_out(request: ScreenRequest, store: GivenStore, data: Form) -> Redirect:
    """End the session."""
    if request.auth:
        with store.transaction() as connection:
            users.close_session(connection, request.auth)
    answer = see_other("/sign-in")
    answer.delete_cookie(SESSION_COOKIE, path="/")
    return answer


@get("/welcome", sync_to_thread=False)
def welcome_page(request: ScreenRequest, token: Annotated[str, QueryParameter(max_length=200)] = "") -> Response[str]:
    """The form by which a one-time token becomes a named user."""
    return _welcome_form(request, token, {})


def _welcome_form(
    request: ScreenRequest, token: str, form: dict[str, str], problems: tuple[str, ...] = ()
) -> Response[str]:
    known = {"name": form.get("name", ""), "login": form.get("login", "")}
    return page(
        request,
        "welcome.html",
        status=422 if problems else 200,
        token=token,
        form=known,
        problems=problems,
        shortest=SHORTEST_PASSWORD,
    )


@post("/welcome", sync_to_thread=True, status_code=200)
def welcome(request: ScreenRequest, store: GivenStore, data: Form) -> Response[str] | Redirect:
    """Make the user that the token stands for and let them in."""
    token, login, name = data.get("token", "").strip(), data.get("login", "").strip(), data.get("name", "").strip()
    if not login or not name:
        return _welcome_form(request, token, data, ("Укажите имя и имя для входа.",))
    try:
        with store.transaction() as connection:
            user = users.redeem_token(connection, token, login=login, name=name, password=data.get("password", ""))
            session = users.open_session(connection, user.user_id)
    except Forbidden:
        return _welcome_form(request, token, data, ("Код не подходит: он неверен, использован или устарел.",))
    except Conflict:
        return _welcome_form(request, token, data, ("Такое имя для входа уже занято.",))
    except BadUsage:
        return _welcome_form(request, token, data, ("Пароль слишком короткий или слишком длинный.",))
    return _entered(request, session, "/")


@post("/preferences", sync_to_thread=False, status_code=200)
def set_preferences(request: ScreenRequest, data: Form) -> Redirect:
    """Remember the theme and the language of this browser."""
    answer = see_other(own_path(data.get("next", "/")))
    if (theme := data.get("theme")) in THEMES:
        answer.cookies.append(cookie(request, THEME_COOKIE, theme, max_age=_YEAR))
    if (lang := data.get("lang")) in LANGUAGES:
        answer.cookies.append(cookie(request, LANG_COOKIE, lang, max_age=_YEAR))
    return answer


HANDLERS: Final = (sign_in_page, sign_in, sign_out, welcome_page, welcome, set_preferences)

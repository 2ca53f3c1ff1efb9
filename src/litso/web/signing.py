"""Sign in and out, the second factor on the way, the first sign-in by a one-time token, and the look of the pages."""

from __future__ import annotations

import math
from typing import Annotated, Final
from urllib.parse import urlencode

from litestar import Response, get, post
from litestar.enums import RequestEncodingType
from litestar.params import Body, QueryParameter
from litestar.response import Redirect

from litso.errors import BadUsage, Conflict, Forbidden
from litso.settings import Settings
from litso.store.users import CODE, SHORTEST_PASSWORD
from litso.usecases import signing_in, single_sign_on
from litso.usecases.signing_in import Enrolment, Entered, Unfinished, Waiting
from litso.web.formats import LANGUAGES
from litso.web.given import GivenSettings, GivenStore
from litso.web.i18n import translator
from litso.web.pages import LANG_COOKIE, THEME_COOKIE, THEMES, language_of, own_path, page, see_other
from litso.web.qr import qr_code
from litso.web.sessions import SESSION_COOKIE, STEP_COOKIE, ScreenRequest, actor_of, base_url, cookie, visitor_of

Form = Annotated[dict[str, str], Body(media_type=RequestEncodingType.URL_ENCODED)]
Next = Annotated[str, QueryParameter(name="next", max_length=500)]

TOO_MANY: Final = "Слишком много попыток. Подождите немного."
WRONG_CODE: Final = "Код не подходит. Каждый код действует один раз; часы телефона должны идти верно."
_TOO_LATE: Final = "Прошло слишком много времени. Войдите ещё раз."
_YEAR: Final = 365 * 24 * 3600


@get("/sign-in", sync_to_thread=False, name="sign_in")
def sign_in_page(request: ScreenRequest, settings: GivenSettings, to: Next = "/") -> Response[str] | Redirect:
    """The form; a signed-in user goes on at once."""
    return see_other(own_path(to)) if request.user else sign_in_form(request, settings, to)


def sign_in_form(
    request: ScreenRequest, settings: Settings, to: str, *, login: str = "", problem: str = "", status: int = 200
) -> Response[str]:
    """The page of the sign-in, with what went wrong."""
    say = translator(language_of(request))
    has_provider = settings.openid is not None
    return page(
        request,
        "sign_in.html",
        status=status,
        next=own_path(to),
        login=login,
        problem=say(problem),
        has_provider=has_provider,
    )


@post("/sign-in", sync_to_thread=True, status_code=200)
def sign_in(request: ScreenRequest, store: GivenStore, settings: GivenSettings, data: Form) -> Response[str] | Redirect:
    """Open a session, unless the password is wrong, there were too many wrong ones, or a second factor is needed."""
    login, to = data.get("login", ""), data.get("next", "/")
    outcome = signing_in.by_password(store, settings, visitor_of(request), login, data.get("password", ""))
    if isinstance(outcome, Waiting):
        answer = sign_in_form(request, settings, to, login=login, status=429, problem=TOO_MANY)
        return _later(answer, outcome)
    if outcome is None:
        return sign_in_form(request, settings, to, login=login, status=422, problem="Имя или пароль не подходят.")
    return _went_on(request, outcome, to)


def _later(answer: Response[str], waiting: Waiting) -> Response[str]:
    answer.headers["Retry-After"] = str(math.ceil(waiting.seconds))
    return answer


def _went_on(request: ScreenRequest, outcome: Entered | Unfinished, to: str) -> Redirect:
    if isinstance(outcome, Entered):
        return entered(request, outcome.token, to)
    answer = see_other("/sign-in/second?" + urlencode({"next": own_path(to)}))
    answer.cookies.append(cookie(request, STEP_COOKIE, outcome.token))
    return answer


def entered(request: ScreenRequest, token: str, to: str) -> Redirect:
    """On to a page, with the session."""
    answer = see_other(own_path(to))
    answer.cookies.append(cookie(request, SESSION_COOKIE, token))
    return answer


# The second factor ---------------------------------------------------------------------------------------------


@get("/sign-in/second", sync_to_thread=True)
def second_factor_page(
    request: ScreenRequest, store: GivenStore, settings: GivenSettings, to: Next = "/"
) -> Response[str] | Redirect:
    """The form of a code, or of the enrolment that the role demands."""
    token = request.cookies.get(STEP_COOKIE, "")
    found = signing_in.state_of(store, token)
    if found is None:
        return sign_in_form(request, settings, to)
    if found[1] == CODE:
        return _code_form(request, to)
    enrolment = signing_in.begin_step_enrolment(store, settings, token)
    return sign_in_form(request, settings, to) if enrolment is None else _enrolment_form(request, to, enrolment)


def _code_form(request: ScreenRequest, to: str, *, problem: str = "", status: int = 200) -> Response[str]:
    return page(request, "sign_in_code.html", status=status, next=own_path(to), problem=problem)


def _enrolment_form(
    request: ScreenRequest, to: str, enrolment: Enrolment, *, problem: str = "", status: int = 200
) -> Response[str]:
    return page(
        request,
        "sign_in_enrol.html",
        status=status,
        next=own_path(to),
        enrolment=enrolment,
        qr=qr_code(enrolment.uri),
        problem=problem,
    )


@post("/sign-in/second", sync_to_thread=True, status_code=200)
def second_factor(
    request: ScreenRequest, store: GivenStore, settings: GivenSettings, data: Form
) -> Response[str] | Redirect:
    """Go on with a code, if it is right."""
    to, code, token = data.get("next", "/"), data.get("code", ""), request.cookies.get(STEP_COOKIE, "")
    found = signing_in.state_of(store, token)
    if found is not None and found[1] != CODE:
        return _enrolled(request, store, settings, token, code, to)
    outcome = signing_in.by_code(store, settings, visitor_of(request), token, code)
    if outcome is None:
        return sign_in_form(request, settings, to, status=422, problem=_TOO_LATE)
    if isinstance(outcome, Waiting):
        return _later(_code_form(request, to, problem=TOO_MANY, status=429), outcome)
    if not isinstance(outcome, Entered):
        return _code_form(request, to, problem=WRONG_CODE, status=422)
    answer = entered(request, outcome.token, to)
    answer.delete_cookie(STEP_COOKIE, path="/")
    return answer


def _enrolled(
    request: ScreenRequest, store: GivenStore, settings: Settings, token: str, code: str, to: str
) -> Response[str]:
    """The session of a user whose authenticator is demanded from now on, and the recovery codes this once."""
    outcome = signing_in.finish_step_enrolment(store, settings, visitor_of(request), token, code)
    if isinstance(outcome, Entered):
        answer = page(request, "recovery_codes.html", codes=outcome.codes, to=own_path(to))
        answer.cookies.append(cookie(request, SESSION_COOKIE, outcome.token))
        answer.delete_cookie(STEP_COOKIE, path="/")
        return answer
    enrolment = None if outcome is None else signing_in.begin_step_enrolment(store, settings, token)
    if enrolment is None:
        return sign_in_form(request, settings, to, status=422, problem=_TOO_LATE)
    return _enrolment_form(request, to, enrolment, problem=WRONG_CODE, status=422)


# The end, and the beginning ------------------------------------------------------------------------------------


@post("/sign-out", sync_to_thread=True, status_code=200)
def sign_out(
    request: ScreenRequest, store: GivenStore, settings: GivenSettings, data: Form
) -> Response[str] | Redirect:
    """End the session, and the one at the provider that had let the user in."""
    further = None
    if request.auth:
        login = actor_of(request).name
        sealed = signing_in.sign_out(store, login, request.auth)
        base = base_url(request)
        further = sealed and single_sign_on.leave_url(store, settings, login, sealed, base=base)
    answer = _leaving(request, further) if further else see_other("/sign-in")
    answer.delete_cookie(SESSION_COOKIE, path="/")
    return answer


def _leaving(request: ScreenRequest, further: str) -> Response[str]:
    """On to the provider by a header: the policy of content lets no form lead to another site, nor be led there."""
    request.scope["user"] = None
    answer = page(request, "signed_out.html", further=further)
    answer.headers["Refresh"] = f"0; url={further}"
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
def welcome(request: ScreenRequest, store: GivenStore, settings: GivenSettings, data: Form) -> Response[str] | Redirect:
    """Make the user that the token stands for and let them in."""
    token, login, name = data.get("token", "").strip(), data.get("login", "").strip(), data.get("name", "").strip()
    if not login or not name:
        return _welcome_form(request, token, data, ("Укажите имя и имя для входа.",))
    visitor, password = visitor_of(request), data.get("password", "")
    try:
        outcome = signing_in.by_invitation(store, settings, visitor, token, login=login, name=name, password=password)
    except Forbidden:
        return _welcome_form(request, token, data, ("Код не подходит: он неверен, использован или устарел.",))
    except Conflict:
        return _welcome_form(request, token, data, ("Такое имя для входа уже занято.",))
    except BadUsage:
        return _welcome_form(request, token, data, ("Пароль слишком короткий или слишком длинный.",))
    return _went_on(request, outcome, "/")


@post("/preferences", sync_to_thread=False, status_code=200)
def set_preferences(request: ScreenRequest, data: Form) -> Redirect:
    """Remember the theme and the language of this browser."""
    answer = see_other(own_path(data.get("next", "/")))
    if (theme := data.get("theme")) in THEMES:
        answer.cookies.append(cookie(request, THEME_COOKIE, theme, max_age=_YEAR))
    if (lang := data.get("lang")) in LANGUAGES:
        answer.cookies.append(cookie(request, LANG_COOKIE, lang, max_age=_YEAR))
    return answer


HANDLERS: Final = (
    sign_in_page,
    sign_in,
    second_factor_page,
    second_factor,
    sign_out,
    welcome_page,
    welcome,
    set_preferences,
)

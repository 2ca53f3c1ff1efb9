"""To the organization's provider and back."""

from __future__ import annotations

import logging
from types import MappingProxyType
from typing import Final

from litestar import Response, get
from litestar.exceptions import NotFoundException
from litestar.response import Redirect

from litso.channels.openid import REFUSED, UNREACHABLE, UNTRUSTED, OpenIdFailure
from litso.usecases import single_sign_on
from litso.usecases.single_sign_on import CALLBACK, DEACTIVATED, LAST, NO_ROLE, STALE
from litso.web.given import GivenSettings, GivenStore
from litso.web.pages import own_path, see_other
from litso.web.sessions import VISIT_COOKIE, ScreenRequest, base_url, cookie, new_visit, visitor_of
from litso.web.signing import Next, entered, sign_in_form

_LOG: Final = logging.getLogger("litso.web")

_REASONS: Final = MappingProxyType(
    {
        UNREACHABLE: ("Вход организации не отвечает. Повторите позже или войдите по паролю.", 503),
        UNTRUSTED: ("Ответ входа организации не прошёл проверку. Скажите администратору.", 403),
        REFUSED: ("Вход организации не пустил вас. Попробуйте ещё раз.", 403),
        STALE: ("Вход не завершён: прошло слишком много времени или страница открыта в другом браузере.", 403),
        NO_ROLE: ("Организация вас знает, но роли в Litso у вас нет. Попросите её у администратора.", 403),
        DEACTIVATED: ("Ваш вход в Litso отключён администратором.", 403),
        LAST: ("Роль последнего администратора сменить нельзя: сначала нужен ещё один.", 403),
    }
)
"""What is said of a sign-in that failed, and with which status."""


@get("/sign-in/provider", sync_to_thread=True)
def set_out(
    request: ScreenRequest, store: GivenStore, settings: GivenSettings, to: Next = "/"
) -> Response[str] | Redirect:
    """Send the browser to the provider. A link, not a form: the policy of content lets no form lead elsewhere."""
    if settings.openid is None:
        raise NotFoundException("there is no provider")
    known = request.cookies.get(VISIT_COOKIE)
    visit = known or new_visit()
    try:
        url = single_sign_on.set_out(store, settings, base=base_url(request), visit=visit, to=own_path(to))
    except OpenIdFailure as failure:
        return _failed(request, settings, failure, to)
    answer = see_other(url)
    if known is None:
        answer.cookies.append(cookie(request, VISIT_COOKIE, visit))
    return answer


@get(CALLBACK, sync_to_thread=True)
def come_back(request: ScreenRequest, store: GivenStore, settings: GivenSettings) -> Response[str] | Redirect:
    """Let in whom the provider let in."""
    if settings.openid is None:
        raise NotFoundException("there is no provider")
    answer = {name: value for name, value in request.query_params.items() if isinstance(value, str)}
    try:
        arrived = single_sign_on.come_back(
            store,
            settings,
            visitor_of(request),
            base=base_url(request),
            visit=request.cookies.get(VISIT_COOKIE, ""),
            answer=answer,
        )
    except OpenIdFailure as failure:
        return _failed(request, settings, failure, "/")
    return entered(request, arrived.token, arrived.next)


def _failed(request: ScreenRequest, settings: GivenSettings, failure: OpenIdFailure, to: str) -> Response[str]:
    _LOG.warning("sign-in by the provider: %s", failure)
    text, status = _REASONS[failure.reason]
    return sign_in_form(request, settings, to, problem=text, status=status)


HANDLERS: Final = (set_out, come_back)

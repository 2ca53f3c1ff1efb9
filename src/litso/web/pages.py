"""Pages: templates, what every page knows, and answers of the screens."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import cache, partial
from itertools import groupby
from typing import Any, Final, Protocol

from jinja2 import Environment, PackageLoader, StrictUndefined
from litestar import MediaType, Response
from litestar.response import Redirect
from litestar.status_codes import HTTP_303_SEE_OTHER

from litso import __version__
from litso.usecases.access import Actor
from litso.usecases.masking import shown_phone
from litso.web import audit_words, check_words, formats, graph_words, parse_words, quality_words, words
from litso.web.assets import asset
from litso.web.i18n import chosen_language, translator
from litso.web.sessions import VISIT_COOKIE, ScreenRequest, cookie, csrf_token, new_visit, secret_of

LANG_COOKIE: Final = "litso_lang"
THEME_COOKIE: Final = "litso_theme"
THEMES: Final = ("auto", "light", "dark")

_DATA, _RULES, _ACCESS = "Данные", "Правила", "Доступ"
_SECTIONS: Final = (
    ("/", "Поиск", "read_parties", None),
    ("/cases", "Разбор", "judge", None),
    ("/debtors", "Должники", "read_parties", None),
    ("/checks", "Проверки", "read_checks", None),
    ("/sources", "Источники", "read_sources", _DATA),
    ("/quality", "Качество", "read_sources", _DATA),
    ("/clean", "Разбор значения", "read_sources", _DATA),
    ("/reference", "Справочники", "read_sources", _DATA),
    ("/tuning", "Настройка", "tune", _RULES),
    ("/policy", "Выбор значений", "tune", _RULES),
    ("/consumers", "Получатели", "manage_consumers", _ACCESS),
    ("/writebacks", "Обратная передача", "manage_consumers", _ACCESS),
    ("/exports", "Выгрузки", "export", _ACCESS),
    ("/users", "Пользователи", "manage_people", _ACCESS),
    ("/programs", "Программы", "manage_people", _ACCESS),
    ("/audit", "Журнал", "read_audit", _ACCESS),
)
"""(path, title, right that it needs, menu that it is in or None for the bar itself)."""

_FORMATS: Final[Mapping[str, Callable[..., str]]] = {
    name: getattr(formats, name) for name in ("number", "money", "weight", "percent", "day", "moment", "local")
}
_WORDS: Final[Mapping[str, Mapping[Any, str]]] = {
    "role": words.ROLES,
    "role_duty": words.ROLE_DUTIES,
    "field_class": words.FIELD_CLASSES,
    "purpose": words.PURPOSES,
    "hit_kind": words.HIT_KINDS,
    "rule": words.RULES,
    "qc_word": words.QUALITY,
    "event_kind": words.EVENT_KINDS,
    "event_kinds": words.EVENT_KINDS_MANY,
    "party_kind": words.PARTY_KINDS,
    "load_status": words.LOAD_STATUSES,
    "load_mode": words.LOAD_MODES,
    "verdict": words.VERDICTS,
    "quarantine_code": words.QUARANTINE_CODES,
    "reference_title": words.REFERENCE_TITLES,
    "reference_publisher": words.REFERENCE_PUBLISHERS,
    "parse_kind": parse_words.KINDS,
    "parse_component": parse_words.COMPONENTS,
    "parse_complete": parse_words.COMPLETE,
    "parse_house": parse_words.HOUSE,
    "party_role": graph_words.PARTY_ROLES,
    "role_reason": graph_words.ROLE_REASONS,
    "bond": graph_words.BONDS,
    "need": graph_words.NEEDS,
    "dimension": quality_words.DIMENSIONS,
    "proof": graph_words.PROOFS,
    "key_status": words.KEY_STATUSES,
    "tuning_status": words.TUNING_STATUSES,
    "tuning_change": words.TUNING_CHANGES,
    "label_word": words.LABELS,
    "channel": words.CHANNELS,
    "sign_in_method": words.SIGN_IN_METHODS,
    "consumer_status": words.CONSUMER_STATUSES,
    "consumer_act": words.CONSUMER_ACTS,
    "writeback_rule": words.WRITEBACK_RULES,
    "writeback_way": words.WRITEBACK_WAYS,
    "writeback_status": words.WRITEBACK_STATUSES,
    "writeback_outcome": words.WRITEBACK_OUTCOMES,
    "writeback_kept": words.WRITEBACK_KEPT,
    "connector": words.CONNECTORS,
    "run_status": words.RUN_STATUSES,
    "case_kind": words.CASE_KINDS,
    "case_state": words.CASE_STATES,
    "operation_kind": words.OPERATION_KINDS,
    "operation_status": words.OPERATION_STATUSES,
    "export_kind": words.EXPORT_KINDS,
    "export_status": words.EXPORT_STATUSES,
    "export_condition": words.EXPORT_CONDITIONS,
    "export_column": words.EXPORT_COLUMNS,
    "consent_state": words.CONSENT_STATES,
    "consent_purpose": words.CONSENT_PURPOSES,
    "consent_channel": words.CONSENT_CHANNELS,
    "audit_rule": audit_words.RULES,
    "check_answer": check_words.ANSWERS,
    "check_doubt": check_words.DOUBTS,
    "check_grade": check_words.GRADES,
    "check_agreement": check_words.AGREEMENTS,
    "check_gone": check_words.GONE,
}


@cache
def environment(lang: str) -> Environment:
    """The templates in one language."""
    made = Environment(
        loader=PackageLoader("litso.web"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    say = translator(lang)
    made.globals |= {"_": say, "asset": asset, "version": __version__, "lang": lang}
    made.filters |= {name: partial(_formatted, shape, lang) for name, shape in _FORMATS.items()}
    made.filters |= {name: partial(_worded, texts, say) for name, texts in _WORDS.items()}
    made.filters |= {
        "attribute": lambda name: say(words.ATTRIBUTES.get(name, name.removeprefix("custom:"))),
        "counted": partial(_counted, say, lang),
        "event_icon": words.EVENT_ICONS.__getitem__,
        "role_tone": lambda role: graph_words.ROLE_TONES.get(role, ""),
        "load_tone": words.LOAD_TONES.__getitem__,
        "check_answer_tone": check_words.ANSWER_TONES.__getitem__,
        "check_grade_tone": check_words.GRADE_TONES.__getitem__,
        "phone": shown_phone,
        "audit_action": lambda name: say(audit_words.action(name)),
        "reason": say,
        "detail": partial(_detail, say),
        "problem": partial(_problem, say),
        "edition": partial(_edition, lang),
        "delivery_problem": partial(_delivery_problem, say),
        "bad_row": partial(_bad_row, say),
        "parse_meaning": lambda qc, kind: say(parse_words.meaning(kind, qc)),
        "parse_reason": lambda problem: say(parse_words.reason(problem)),
    }
    return made


def _formatted(shape: Callable[..., str], lang: str, value: Any) -> str:
    return shape(value, lang)


def _worded(texts: Mapping[Any, str], say: Callable[[str], str], name: Any) -> str:
    return say(texts.get(name, str(name)))


def _counted(say: Callable[[str], str], lang: str, count: int, *forms: str) -> str:
    """A number with its noun; `forms` are one, few and many in Russian."""
    return f"{formats.number(count, lang)} {say(forms[formats.plural(count, lang)])}"


def _problem(say: Callable[[str], str], problem: str) -> str:
    """«phone:too_short» as «Телефон: too short»."""
    kind, _, reason = problem.partition(":")
    return f"{say(words.ATTRIBUTES.get(kind, kind))}: {say(reason.replace('_', ' '))}"


def _edition(lang: str, edition: str) -> str:
    """The name of an edition of a list, which is often a day."""
    try:
        return formats.day(edition, lang)
    except ValueError:
        return edition


def _bad_row(say: Callable[[str], str], told: str) -> str:
    """«line 3, column left_id: there is no such record» in words; the numbers of lines and cases stay."""
    place, colon, reason = told.rpartition(": ") if told.startswith("line ") else ("", "", told)
    found = next((known for known in words.BAD_ROWS if reason.startswith(known)), None)
    number = re.search(r"\bcase (\d+)", reason)
    if found is not None:
        reason = say(words.BAD_ROWS[found]) + (f" {number[1]}" if number else "")
    line = re.match(r"line (\d+), column (\w+)", place)
    shown = " ".join((say("строка"), f"{line[1]}, {line[2]}")) if line else place
    return f"{shown}{colon}{reason}"


def _delivery_problem(say: Callable[[str], str], told: str) -> str:
    """«no connection: Connection refused» as «нет соединения: Connection refused»."""
    found = next((known for known in words.DELIVERY_PROBLEMS if told.startswith(known)), None)
    if found is None:
        return told
    _, colon, rest = told.removeprefix(found).partition(": ")
    return f"{say(words.DELIVERY_PROBLEMS[found])}{colon}{rest}"


def _detail(say: Callable[[str], str], detail: str) -> str:
    """«channel: сайт» as «канал: сайт»."""
    name, _, value = detail.partition(": ")
    return f"{say(words.DETAILS.get(name, name)).lower()}: {value}"


def page(request: ScreenRequest, template: str, *, status: int = 200, **known: Any) -> Response[str]:
    """A page, or a part of one, as an answer. A visitor without a session gets a cookie to hang form tokens on."""
    secret = secret_of(request)
    visit = None if secret else new_visit()
    html = (
        environment(language_of(request))
        .get_template(template)
        .render(**_common(request, secret or visit or ""), **known)
    )
    cookies = [cookie(request, VISIT_COOKIE, visit)] if visit else []
    return Response(html, status_code=status, media_type=MediaType.HTML, cookies=cookies)


def _common(request: ScreenRequest, secret: str) -> dict[str, Any]:
    user = user_of(request)
    path = request.url.path
    return {
        "user": user,
        "menus": _menus(user),
        "section": "/" if path.startswith("/search") else "/" + path.split("/")[1],
        "may_search": user is not None and user.may("read_parties"),
        "path": path if request.method == "GET" else "/",
        "csrf_token": csrf_token(secret),
        "theme": theme_of(request),
    }


def _menus(user: Actor | None) -> list[tuple[str | None, list[tuple[str, str]]]]:
    """Sections that a user may see, as (path, title) by menu; one that is alone in its menu stands on the bar."""
    seen = [section for section in _SECTIONS if user and user.may(section[2])]
    menus = [(menu, [(to, title) for to, title, *_ in part]) for menu, part in groupby(seen, key=lambda one: one[3])]
    return [(menu if len(part) > 1 else None, part) for menu, part in menus]


def user_of(request: ScreenRequest) -> Actor | None:
    """The user, also where no session was looked for (an unknown path)."""
    user = request.scope.get("user")
    return user if isinstance(user, Actor) else None


def language_of(request: ScreenRequest) -> str:
    """The language that the visitor chose, else Russian."""
    return chosen_language(request.cookies.get(LANG_COOKIE))


def theme_of(request: ScreenRequest) -> str:
    """The theme that the visitor chose, else that of the system."""
    chosen = request.cookies.get(THEME_COOKIE, THEMES[0])
    return chosen if chosen in THEMES else THEMES[0]


def see_other(path: str) -> Redirect:
    """Go on to another page after a form."""
    return Redirect(path=path, status_code=HTTP_303_SEE_OTHER)


def own_path(path: str) -> str:
    """The path if it is one of ours, else the first page: no redirect leads to another site."""
    is_own = path.startswith("/") and not path.startswith(("//", "/\\")) and "\\" not in path and path.isprintable()
    return path if is_own else "/"


class AnyProblem(Protocol):
    """What a page of an error shows."""

    status: int


_TITLES: Final = {
    400: "Запрос непонятен",
    401: "Нужно войти",
    403: "Сюда нельзя",
    404: "Такого нет",
    405: "Так нельзя",
    409: "Данные успели измениться",
    413: "Слишком большой запрос",
    422: "Так не получится",
    429: "Слишком часто",
    503: "Хранилище занято",
}
_DETAILS: Final = {
    403: "У вашей роли нет на это права, или форма устарела: откройте страницу заново.",
    404: "Страницы или субъекта с таким адресом нет. Возможно, ссылка старая.",
    409: "Пока вы смотрели, кто-то это уже решил. Откройте страницу заново.",
    503: "Повторите через несколько секунд.",
}
_FAULT: Final = (
    "На нашей стороне ошибка",
    "Она записана в журнал. Повторите; если не поможет, скажите администратору.",
)


def show_problem(request: ScreenRequest, problem: AnyProblem) -> Response[str]:
    """An error as a page in the words of the interface."""
    say = translator(language_of(request))
    title, detail = (
        _FAULT if problem.status == 500 else (_TITLES.get(problem.status, _FAULT[0]), _DETAILS.get(problem.status, ""))
    )
    return page(
        request, "problem.html", status=problem.status, title=say(title), detail=say(detail), code=problem.status
    )

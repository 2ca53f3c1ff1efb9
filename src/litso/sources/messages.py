"""Messages of websites and apps in the shape of the Segment specification: what one is, and what is wrong with it.

    identify  who somebody is: traits        track   what somebody did: event, properties
    group     whose employee or member       page, screen   what somebody looked at
    alias     two ids of the same person     batch   many of them in one request

A message is of somebody: of a `userId`, else of an `anonymousId`. Names are those of the specification, in camelCase.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, Final, Literal, NamedTuple, TypeVar

import msgspec
from msgspec import Meta, Struct

from litso.errors import RowRejected

LARGEST_MESSAGE: Final = 32_000
"""Bytes of one message as JSON."""
LARGEST_BATCH: Final = 500_000
"""Bytes of the body of a request."""

ANONYMOUS: Final = "anonymous:"
GROUP: Final = "group:"
"""Beginnings of keys of records that stand for a device or a group, and so of no user id."""

_LONGEST_NAME: Final = 300
_LONGEST_ID: Final = 200
_LONGEST_KEY: Final = 100
_LATER: Final = timedelta(days=1)
_EARLIEST: Final = datetime(1970, 1, 2, tzinfo=UTC)

Id = Annotated[str, Meta(min_length=1, max_length=200)] | int
MessageId = Annotated[str, Meta(min_length=1, max_length=100, description="A repeated message of this id is ignored.")]
Name = Annotated[str, Meta(max_length=_LONGEST_NAME)]
Properties = Annotated[dict[str, Any], Meta(description="Anything about it; values of depth one are shown.")]


class Common(Struct, rename="camel", kw_only=True):
    """What every message may have. Other fields of the specification are accepted and not kept."""

    user_id: Annotated[Id | None, Meta(description="Id of the user in the caller's system.")] = None
    anonymous_id: Annotated[Id | None, Meta(description="Id of a device; needed without `userId`.")] = None
    message_id: MessageId | None = None
    timestamp: Annotated[datetime | None, Meta(description="When it happened, by the clock of the device.")] = None
    original_timestamp: Annotated[datetime | None, Meta(description="As `timestamp`, which it goes before.")] = None
    sent_at: Annotated[
        datetime | None, Meta(description="When it was sent, by the same clock: corrects a clock that goes wrong.")
    ] = None
    context: Annotated[dict[str, Any], Meta(description="Accepted, not kept.")] = {}
    integrations: Annotated[dict[str, Any], Meta(description="Accepted, not kept.")] = {}


class Track(Common, kw_only=True):
    """Somebody did something."""

    event: Annotated[str, Meta(min_length=1, max_length=_LONGEST_NAME, examples=["Показания переданы"])]
    properties: Properties = {}


class Viewed(Common, kw_only=True):
    """Somebody looked at a page or a screen."""

    name: Name | None = None
    category: Name | None = None
    properties: Properties = {}


class Identify(Common, kw_only=True):
    """Who somebody is. A trait of null takes an earlier value back."""

    traits: Annotated[
        dict[str, Any],
        Meta(
            description="`name` or `firstName`, `middleName`, `lastName`; `email`, `phone`, `birthday`, `gender`, "
            "`address`; also `account`, `snils`, `inn`. Others are kept and not matched.",
            examples=[{"firstName": "Пётр", "lastName": "Иванов", "phone": "8 912 345-67-89"}],
        ),
    ] = {}


class Group(Common, kw_only=True):
    """Somebody belongs to a company or another group."""

    group_id: Id
    traits: Annotated[
        dict[str, Any],
        Meta(description="Of the group: `name`, `email`, `phone`, `address`, `inn`, `ogrn`, `kpp`."),
    ] = {}


class Alias(Common, kw_only=True):
    """Two ids of one person: an anonymous one before, the user's since."""

    previous_id: Id
    user_id: Id


Kind = Literal["identify", "track", "page", "screen", "group", "alias"]
Body = Track | Viewed | Identify | Group | Alias

_BODIES: Final[Mapping[str, type[Common]]] = {
    "identify": Identify,
    "track": Track,
    "page": Viewed,
    "screen": Viewed,
    "group": Group,
    "alias": Alias,
}


class Message(NamedTuple):
    """A valid message. owner: key of whom it is of, a user id or `anonymous:…`; at: when it happened, corrected.

    values: traits or properties. alias: another id of the owner, by what the message says. group: key of the group that
    it is about. message_id: None where the caller gave none.
    """

    kind: str
    message_id: str | None
    owner: str
    at: datetime
    title: str
    values: Mapping[str, Any]
    alias: str | None = None
    group: str | None = None


Decoded = TypeVar("Decoded", bound=Common)


def read_message(raw: Mapping[str, Any], received_at: datetime, sent_at: datetime | None = None) -> Message:
    """A message of a batch, which names its `type`; `sent_at` is that of the batch.

    Raises RowRejected, whose reason holds no value of the message.
    """
    kind = raw.get("type")
    if not isinstance(kind, str) or kind not in _BODIES:
        raise _rejected("type", f"Вид сообщения не назван или не из числа: {', '.join(_BODIES)}")
    return message_of(kind, decoded(raw, _BODIES[kind]), received_at, sent_at)


def decoded(raw: Mapping[str, Any], body: type[Decoded]) -> Decoded:
    """A message of one kind as its shape has it; RowRejected names the field that is wrong."""
    if len(msgspec.json.encode(raw)) > LARGEST_MESSAGE:
        raise _rejected("size", f"Сообщение больше {LARGEST_MESSAGE // 1000} КБ")
    try:
        return msgspec.convert(raw, body)
    except msgspec.ValidationError as error:
        # The first part says which rule was broken, the second where: neither holds the value.
        raise _rejected("shape", f"Сообщение не по спецификации: {error}") from None


def message_of(kind: str, body: Common, received_at: datetime, sent_at: datetime | None = None) -> Message:
    """What a message says, whose shape is right. Raises RowRejected when it is of nobody or of another time."""
    owner, device = _owner(body), _device(body)
    at = _happened(body, received_at, sent_at)
    known = (kind, body.message_id, owner, at)
    match body:
        case Track():
            return Message(*known, _clean(body.event), _kept(body.properties))
        case Viewed():
            title = body.name or _text(body.properties.get("title")) or _text(body.properties.get("path")) or ""
            return Message(*known, _clean(title[:_LONGEST_NAME]), _kept(body.properties))
        case Group():
            name = _text(body.traits.get("name")) or ""
            return Message(*known, _clean(name[:_LONGEST_NAME]), _kept(body.traits), group=GROUP + _id(body.group_id))
        case Alias():
            return Message(*known, "", {}, alias=_id(body.previous_id))
        case Identify():
            return Message(*known, "", _kept(body.traits), alias=device if device != owner else None)
    raise _rejected("type", "Вид сообщения не известен")


def _owner(body: Common) -> str:
    if body.user_id is None:
        if body.anonymous_id is None:
            raise _rejected("user", "Нужен userId или anonymousId")
        return ANONYMOUS + _id(body.anonymous_id)
    user = _id(body.user_id)
    if user.startswith((ANONYMOUS, GROUP)):
        raise _rejected("user", f"userId не может начинаться с «{ANONYMOUS}» или «{GROUP}»")
    return user


def _device(body: Common) -> str | None:
    return None if body.anonymous_id is None else ANONYMOUS + _id(body.anonymous_id)


def _id(value: str | int) -> str:
    text = str(value).strip()
    if not text or len(text) > _LONGEST_ID or "\x00" in text:
        raise _rejected("user", f"Идентификатор пуст или длиннее {_LONGEST_ID} знаков")
    return text


def _happened(body: Common, received_at: datetime, sent_at: datetime | None) -> datetime:
    """received_at - (sent_at - original): a clock that goes wrong is wrong in both. Never after it was received."""
    original = body.original_timestamp or body.timestamp
    if original is None:
        return received_at
    sent = body.sent_at or sent_at
    try:
        at = _aware(original) if sent is None else received_at - (_aware(sent) - _aware(original))
    except OverflowError:
        raise _rejected("timestamp", "Время события вне пределов календаря") from None
    if at > received_at + _LATER or at < _EARLIEST:
        raise _rejected("timestamp", "Время события в будущем или раньше 1970 года")
    return min(at, received_at)


def _aware(at: datetime) -> datetime:
    return at if at.tzinfo else at.replace(tzinfo=UTC)


def _kept(values: Mapping[str, Any]) -> dict[str, Any]:
    """Values under names of reasonable length, without the one character that PostgreSQL does not keep."""
    return {_clean(name): _clean(value) for name, value in values.items() if len(name) <= _LONGEST_KEY}


def _clean(value: Any) -> Any:
    if isinstance(value, str):
        return value.replace("\x00", "")
    if isinstance(value, dict):
        return _kept(value)
    return [_clean(one) for one in value] if isinstance(value, list) else value


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) and value.strip() else None


def _rejected(code: str, message: str) -> RowRejected:
    return RowRejected(f"message_{code}", message)


# Traits as attributes ---------------------------------------------------------------------------------------------

_ATTRIBUTES: Final = {
    "name": "full_name",
    "lastName": "surname",
    "firstName": "given_name",
    "middleName": "patronymic",
    "gender": "gender",
    "birthday": "birth_date",
    "email": "email",
    "phone": "phone",
    "account": "account",
    "snils": "snils",
    "inn": "inn",
    "ogrn": "ogrn",
    "kpp": "kpp",
}
"""Trait of the specification, or of ours, → attribute of a record."""

_ALIASES: Final = {
    "last_name": "lastName",
    "first_name": "firstName",
    "middle_name": "middleName",
    "patronymic": "middleName",
    "birth_date": "birthday",
    "birthDate": "birthday",
    "accounts": "account",
}
_ADDRESS: Final = ("postalCode", "postal_code", "country", "state", "city", "street")
_DATE_LENGTH: Final = 10
_LONGEST: Final = 2000
_OF_PERSON: Final = frozenset({"lastName", "firstName", "middleName"})


def trait_name(name: str) -> str:
    """The trait under the name of the specification."""
    return _ALIASES.get(name, name)


def attributes_of(traits: Mapping[str, Any]) -> dict[str, list[str]]:
    """Attributes of a record that traits give; the parts of a name go before the whole."""
    found = {
        _ATTRIBUTES[name]: texts for name, value in traits.items() if name in _ATTRIBUTES and (texts := _texts(value))
    }
    if any(_texts(traits.get(name)) for name in _OF_PERSON):
        found.pop("full_name", None)
    if "birth_date" in found:
        found["birth_date"] = [_day(text) for text in found["birth_date"][:1]]
    if line := _address(traits.get("address")):
        found["address"] = [line]
    return found


def _texts(value: Any) -> list[str]:
    if isinstance(value, list):
        return [text for one in value for text in _texts(one)]
    if isinstance(value, bool) or not isinstance(value, (str, int)):
        return []
    text = str(value).strip()
    return [text] if text and len(text) <= _LONGEST else []


def _day(text: str) -> str:
    """The day of «1961-04-12T00:00:00Z»."""
    return text[:_DATE_LENGTH] if text[_DATE_LENGTH : _DATE_LENGTH + 1] == "T" else text


def _address(value: Any) -> str:
    """One line of an address, given as such or in parts."""
    if isinstance(value, dict):
        return ", ".join(text for name in _ADDRESS for text in _texts(value.get(name)))
    return " ".join(_texts(value))

"""What of a party a reader may see: personal data are masked before they leave the data layer.

A sight is a set of classes of fields that are shown as they are. Contacts and documents of other classes are masked:
that is the daily work of an operator, who reveals with a purpose. Special values of other classes are left out.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, ClassVar, Final

from litso.domain.record import CUSTOM_PREFIX
from litso.domain.scope import CONTACT, DOCUMENT, FIELD_CLASSES, FINANCE, SPECIAL, Scope

DOT: Final = "•"

CONTACT_ATTRIBUTES: Final = ("phones", "emails")
DOCUMENT_ATTRIBUTES: Final = ("snils", "inn", "passport", "national_id")
"""Documents of a person; those of an organization are public."""

_OF_GOLDEN: Final = MappingProxyType({"phone": "phones", "email": "emails", "account": "accounts", "name": "full_name"})
_RUSSIAN_PHONE: Final = re.compile(r"\+7(\d{3})(\d{3})(\d{2})(\d{2})")
_LAST_SHOWN: Final = 2


@dataclass(frozen=True, slots=True)
class Sight:
    """How much is shown: the classes of fields whose values are shown as they are."""

    shown: frozenset[str]

    FULL: ClassVar[Sight]
    MASKED: ClassVar[Sight]

    @property
    def is_full(self) -> bool:
        """Whether nothing is held back."""
        return self == Sight.FULL

    def within(self, scope: Scope) -> Sight:
        """The same, but for the classes beyond the limits of an actor."""
        return Sight(frozenset(one for one in self.shown if scope.shows(one)))


Sight.FULL = Sight(frozenset(FIELD_CLASSES))
Sight.MASKED = Sight(frozenset({FINANCE, SPECIAL}))


def shown_phone(phone: str) -> str:
    """A phone as people write it: «+7 912 345-67-89»; a foreign one as it is."""
    if not (found := _RUSSIAN_PHONE.fullmatch(phone)):
        return phone
    return "+7 {} {}-{}-{}".format(*found.groups())


def masked_phone(phone: str) -> str:
    """«+7 912 •••-••-89»: enough to confirm a number, not enough to call it."""
    shown = shown_phone(phone)
    head, tail = (7, 2) if _RUSSIAN_PHONE.fullmatch(phone) else (3, 2)
    hidden = re.sub(r"\d", DOT, shown[head:-tail])
    return shown[:head] + hidden + shown[-tail:]


def masked_email(email: str) -> str:
    """«i•••@mail.ru»."""
    local, _, domain = email.partition("@")
    return f"{local[:1]}{DOT * 3}@{domain}"


def masked_document(number: str) -> str:
    """«••••••95»: the last two characters."""
    return DOT * max(len(number) - _LAST_SHOWN, 0) + number[-_LAST_SHOWN:]


_MASKS: Final = MappingProxyType(
    {"phones": masked_phone, "emails": masked_email, **dict.fromkeys(DOCUMENT_ATTRIBUTES, masked_document)}
)


def masked_value(attribute: str, value: str, sight: Sight, kind: str) -> str:
    """One value as this sight shows it. `kind` is the kind of party."""
    return _MASKS[attribute](value) if is_masked(attribute, sight, kind) else value


def masked_values(values: Mapping[str, Any], sight: Sight, kind: str) -> dict[str, Any]:
    """Golden values (value or list of values by attribute) as this sight shows them."""
    return {name: _masked(name, value, sight, kind) for name, value in values.items() if not is_left_out(name, sight)}


def text_of(value: Any) -> str:
    """A value, or values, as one text; nothing is an empty one."""
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value or "")


def masked_provenance(provenance: Mapping[str, Any], sight: Sight, kind: str) -> dict[str, Any]:
    """The provenance of a golden record, attribute → entries, as this sight shows its values."""
    return {
        attribute: [{**entry, "value": masked_value(attribute, str(entry["value"]), sight, kind)} for entry in entries]
        for attribute, entries in provenance.items()
        if not is_left_out(attribute, sight)
    }


def _masked(attribute: str, value: Any, sight: Sight, kind: str) -> Any:
    if isinstance(value, list):
        return [_masked(attribute, one, sight, kind) for one in value]
    return masked_value(attribute, value, sight, kind) if isinstance(value, str) else value


def masked_original(attribute: str, text: str, sight: Sight, kind: str) -> str:
    """A value as it was received, whatever it is: letters and digits but the last two are hidden where its attribute is
    masked."""
    if not is_masked(attribute, sight, kind):
        return text
    head, tail = text[:-_LAST_SHOWN], text[-_LAST_SHOWN:]
    return "".join(DOT if sign.isalnum() else sign for sign in head) + tail


def shown_attribute(name: str) -> str:
    """The attribute of golden records for one of mappings: «phone» is one of «phones»."""
    return _OF_GOLDEN.get(name, name)


def is_masked(attribute: str, sight: Sight, kind: str) -> bool:
    """Whether a value of this attribute is shown otherwise than it is."""
    if kind == "organization" and attribute not in CONTACT_ATTRIBUTES:
        return False
    return attribute in _MASKS and _class_of(attribute) not in sight.shown


def is_left_out(attribute: str, sight: Sight) -> bool:
    """Whether an attribute is not shown at all: birth dates and attributes of a source's own are special."""
    return SPECIAL not in sight.shown and (attribute == "birth_date" or attribute.startswith(CUSTOM_PREFIX))


def _class_of(attribute: str) -> str:
    return CONTACT if attribute in CONTACT_ATTRIBUTES else DOCUMENT


def class_of(attribute: str) -> str | None:
    """The class of fields that an attribute of persons is of; None where it is of none."""
    if attribute == "birth_date" or attribute.startswith(CUSTOM_PREFIX):
        return SPECIAL
    return _class_of(attribute) if attribute in _MASKS else None

"""Limits of users, programs and consumers as forms give them."""

from __future__ import annotations

from collections.abc import Mapping

from litso.domain.scope import FIELD_CLASSES, Scope


def scope_of(form: Mapping[str, str]) -> Scope:
    """Limits of a form: names set apart by semicolons, a box for each class of fields."""
    classes = tuple(one for one in FIELD_CLASSES if form.get(f"class_{one}"))
    return Scope(_names(form.get("territories", "")), _names(form.get("brands", "")), classes)


def _names(text: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name.strip() for name in text.replace("\n", ";").split(";") if name.strip()))

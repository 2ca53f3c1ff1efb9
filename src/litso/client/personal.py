"""Personal data in the hands of a program: never shown by accident, in a repr, a log or a notebook."""

from __future__ import annotations

from typing import Final, Generic, TypeVar

from msgspec import Struct

T = TypeVar("T")

MASK: Final = "•••"


class Personal(Generic[T]):
    """A value that is shown as «•••» however it is printed, logged or formatted; `reveal()` gives it."""

    __slots__ = ("_value",)

    def __init__(self, value: T) -> None:
        self._value = value

    def reveal(self) -> T:
        """The value itself."""
        return self._value

    def __repr__(self) -> str:
        return MASK

    __str__ = __repr__

    def __format__(self, how: str) -> str:
        return format(MASK, how)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Personal) and bool(self._value == other._value)

    def __hash__(self) -> int:
        return hash((Personal, repr(self._value)))

    def __bool__(self) -> bool:
        return bool(self._value)

    def __reduce__(self) -> str:
        raise TypeError("personal data are not pickled: reveal() gives the value")


class Answer(Struct, frozen=True):
    """Something that the server told. Personal values are `Personal`."""


class Question(Struct, omit_defaults=True, kw_only=True):
    """Something that is told to the server: its values are never printed."""

    def __repr__(self) -> str:
        return f"{type(self).__name__}({MASK})"

    def __rich_repr__(self) -> list[str]:  # type: ignore[override]
        return [MASK]

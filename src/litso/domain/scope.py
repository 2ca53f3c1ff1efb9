"""What an actor may see: the territories and brands of parties, and the classes of fields."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

CONTACT: Final = "contact"
DOCUMENT: Final = "document"
FINANCE: Final = "finance"
SPECIAL: Final = "special"
FIELD_CLASSES: Final = (CONTACT, DOCUMENT, FINANCE, SPECIAL)
"""Phones and e-mails; identity documents; debts and payments; birth dates and attributes of a source's own. Names,
addresses and accounts are of no class: whoever sees a party sees them."""


@dataclass(frozen=True, slots=True)
class Scope:
    """Limits of an actor; an empty field is no limit.

    territories: «region» or «region/city». brands: legal entities whose customers parties are. classes: of fields that
    may be shown; values of others never are, for no purpose.
    """

    territories: tuple[str, ...] = ()
    brands: tuple[str, ...] = ()
    classes: tuple[str, ...] = ()

    @property
    def is_limited(self) -> bool:
        """Whether some parties are out of sight."""
        return bool(self.territories or self.brands)

    def shows(self, field_class: str) -> bool:
        """Whether values of a class may be shown."""
        return not self.classes or field_class in self.classes

    def __str__(self) -> str:
        """As the access log and lists name it; empty for no limits."""
        named = (("territory", self.territories), ("brand", self.brands), ("class", self.classes))
        return "; ".join(f"{name} {', '.join(values)}" for name, values in named if values)


EVERYTHING: Final = Scope()
"""No limits."""

"""The port of enrichment: whoever tells of a company by its ИНН."""

from __future__ import annotations

from typing import Protocol

from litso.enrich.company import Company


class Enricher(Protocol):
    """A register or a service. `name` is that of its source, `title` what screens show."""

    name: str
    title: str

    def find(self, inn: str) -> Company | None:
        """What it tells of a company; None when it knows none.

        Raises Transient where it does not answer now, Misconfigured where it refuses the credentials or its limit is
        used up, SourceUnusable where it answers in another shape.
        """

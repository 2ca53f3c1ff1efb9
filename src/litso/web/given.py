"""What every handler of the screens is given."""

from __future__ import annotations

from litestar.di import NamedDependency

from litso.settings import Settings
from litso.store.database import Store

GivenStore = NamedDependency[Store]
GivenSettings = NamedDependency[Settings]

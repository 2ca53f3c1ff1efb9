"""What every handler is given."""

from __future__ import annotations

from litestar.di import NamedDependency

from litso.settings import Settings
from litso.store.database import Store
from litso.usecases.gathering import Gathering

GivenStore = NamedDependency[Store]
GivenSettings = NamedDependency[Settings]
GivenGathering = NamedDependency[Gathering]

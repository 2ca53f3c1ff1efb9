"""Drivers that only some connectors need: imported when they are used, and a clear error without them."""

from __future__ import annotations

from importlib import import_module
from types import ModuleType

from litso.errors import Misconfigured


def needed(module: str, extra: str) -> ModuleType:
    """A module of an optional extra; Misconfigured says how to install it."""
    try:
        return import_module(module)
    except ImportError:
        raise Misconfigured(f"this connector needs an optional part: pip install 'litso[{extra}]'") from None

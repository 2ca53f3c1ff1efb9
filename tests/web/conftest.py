"""Fixtures of the web tests: one small town a run, an API client and a signed-in browser."""

from __future__ import annotations

"""Cells of files that people open in a spreadsheet."""

from __future__ import annotations


def spreadsheet_safe(cell: str) -> str:
    """A cell that no spreadsheet takes for a formula."""
    return f"'{cell}" if cell[:1] in ("=", "+", "-", "@", "\t", "\r") else cell

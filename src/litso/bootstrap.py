"""Composition root: the only module that chooses adapters."""

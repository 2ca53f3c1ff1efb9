"""Litso: the open customer data platform for utilities and telecoms."""

__version__ = "0.1.0"

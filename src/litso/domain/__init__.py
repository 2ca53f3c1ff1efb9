"""Nouns of the house: frozen, no I/O. Shapes that travel between rooms are Arrow schemas."""

"""Text to standard values with quality codes: one module a kind."""

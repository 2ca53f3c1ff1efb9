"""Cells of rows: what is true of a person, written as a source writes it, and spoiled."""

"""Calculators: run relations and call Arrow functions (DuckDB, Spark). They own nothing."""

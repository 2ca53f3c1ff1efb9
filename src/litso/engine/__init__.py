"""Calculators: run relations and call Arrow functions (DuckDB; later Spark). They own nothing."""

"""Clusters to golden records: survivorship, provenance, contact ranking."""

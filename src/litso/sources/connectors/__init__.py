"""Connectors: sources that run by themselves. Each fetches what is new since a checkpoint and passes the same exam."""

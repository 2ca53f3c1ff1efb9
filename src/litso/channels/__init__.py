"""Channels: how events reach the systems of others. Adapters, like connectors: they know no store and no use case."""

"""Settings: read once from the environment, frozen, no default secrets."""

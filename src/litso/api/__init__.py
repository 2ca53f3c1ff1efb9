"""HTTP API /v1: HTTP in, use case, HTTP out."""

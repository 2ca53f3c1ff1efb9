"""Screens: server-rendered, Russian first."""

"""Commands of the litso program, one module a noun; cli.py puts them together."""

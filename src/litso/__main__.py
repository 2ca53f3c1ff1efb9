"""`python -m litso`."""

from litso.cli import main

main()

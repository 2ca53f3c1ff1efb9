"""The systems of the utility, one module each: what rows they hold about the world of a block."""

"""Checks of parties against lists of persons, companies and passports, and risks that the data show. Pure, no I/O."""

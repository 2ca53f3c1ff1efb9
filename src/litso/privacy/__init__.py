"""Purposes and consents: what may be done with a contact, and why. Pure, no I/O."""

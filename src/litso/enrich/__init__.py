"""Values of companies from outside the sources: their shape, and what of it a party lacks. Pure, no I/O."""

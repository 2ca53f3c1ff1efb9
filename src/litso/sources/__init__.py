"""How records arrive: file readers, mapping, quarantine, gates."""

"""Records to parties: keys, evidence, weight, clusters, party ids, explanation, evaluation. Pure, no I/O."""

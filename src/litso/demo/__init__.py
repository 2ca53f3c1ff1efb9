"""The demo utility: a mid-sized water and heat company seen through its systems, with the truth beside it."""

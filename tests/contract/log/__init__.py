"""Each log against the one contract."""

"""Each store against the one contract."""

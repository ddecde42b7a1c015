"""Signing keys as files, and the tokens that they sign: who a caller is, on the word of whoever keeps the keys."""

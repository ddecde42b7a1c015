"""The witnesses themselves, against examples worked out by hand."""

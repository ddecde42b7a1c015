"""Reference facts (danh mục) read back from the store: what is defined, as it was known at a time."""

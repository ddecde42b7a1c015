"""Typed rows: what one line of a file says, every cell of it read or reported."""

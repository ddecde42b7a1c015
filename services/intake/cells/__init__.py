"""Cells of a row: what was typed, as values or as the reasons why they are none."""

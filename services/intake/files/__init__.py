"""Files as offices have them, opened as tables; and rejected rows, written as files that can be mended."""

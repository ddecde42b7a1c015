"""Forms as the reader wants them: a table on the terminal, JSON, CSV, a workbook."""

"""Forms and the index as the reader wants them: a table on the terminal, JSON, CSV, a workbook."""

"""All of it in one process, on one machine: an SQLite log, an embedded ClickHouse, and the command line."""

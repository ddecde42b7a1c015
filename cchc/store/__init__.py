"""The store: a ClickHouse, embedded or served. A port, its adapters and the schema's migrations."""

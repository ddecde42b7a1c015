"""The store on a ClickHouse server."""

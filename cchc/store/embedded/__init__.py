"""The store on one machine: ClickHouse inside this process (chDB)."""

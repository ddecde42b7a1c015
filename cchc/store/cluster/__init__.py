"""The store on several ClickHouse servers: sharded by subject, each shard replicated."""

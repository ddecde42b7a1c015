"""Real servers on the loopback address, for development and tests: Kafka, ClickHouse, ZooKeeper."""

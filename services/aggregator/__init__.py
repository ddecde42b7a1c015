"""The aggregator: takes the log into the store, and can do so again beside the live tables."""

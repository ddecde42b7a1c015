"""The log: append-only, durable before the sender gets its receipt. A port and its adapters."""

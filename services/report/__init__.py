"""The report: what the officer asks, answered from the store with the reason behind every figure."""

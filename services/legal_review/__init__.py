"""Legal review (rà soát văn bản, TTHC): facts of the review desk, over gRPC into the log."""

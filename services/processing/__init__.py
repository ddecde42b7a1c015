"""Processing (giải quyết): facts of the offices that handle dossiers, over gRPC into the log."""

"""Assessment (theo dõi, đánh giá CCHC): facts of plans, inspections and scores, over gRPC into the log."""

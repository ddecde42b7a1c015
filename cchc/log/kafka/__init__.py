"""The log in Apache Kafka: its topics, its clients, its errors in our words, and the group of workers that read it."""

"""Apache Kafka without being installed: where its jars come from, and how its nodes run."""

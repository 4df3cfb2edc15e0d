"""Messages to and from partners: Kafka, webhooks and mail; refuses to decide what may be shared."""

"""What is kept and read, against a real PostgreSQL."""

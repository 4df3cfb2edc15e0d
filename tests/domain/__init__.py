"""The rules of care, told as tests: pure, without a database."""

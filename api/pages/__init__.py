"""Pages for people, rendered on the server; every one of them works without a script."""

"""The rules as a model checker reads them, from the same tables that the domain is held to."""

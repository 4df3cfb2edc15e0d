"""A person's record on a page: a module for each noun of it, put together in ``page``."""

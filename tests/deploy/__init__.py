"""How the whole is put together and run."""

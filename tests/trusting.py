"""The authorities that the tests' own clients trust, read once.

Each client of httpx reads all of them anew, which takes longer than a request here. It refuses to
know who is asked.
"""

import httpx

TRUSTED = httpx.create_ssl_context()

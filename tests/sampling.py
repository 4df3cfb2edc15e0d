"""Whether this run is the thorough one, which does the whole of what every other run samples.

``pytest --hypothesis-profile=thorough`` is; `.ci/slow` runs so all that asks here. It refuses to
know what is sampled.
"""

from hypothesis import settings

THOROUGH = settings.get_current_profile_name() == "thorough"

EACH = 1 if THOROUGH else 4
"""Each flaw is tried at one in so many addresses, and each address with one in so many flaws."""

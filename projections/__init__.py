"""The log, the share and every view folded from it; refuses to know who asks or over what wire."""

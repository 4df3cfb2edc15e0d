"""Tables of edges: what may be asked of a noun in each of its states, and what is so then."""

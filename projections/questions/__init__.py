"""What a partner may ask of what it was told, by noun; `projections.reading` is all of it."""

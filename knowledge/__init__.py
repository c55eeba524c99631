"""A shop's articles, found by what callers say: checked, cut into chunks, indexed in PostgreSQL by words and vectors.

Stands alone: it imports nothing else of this project. The demo store answers /knowledge/search with it; the call side
may keep an index of its own in another schema."""

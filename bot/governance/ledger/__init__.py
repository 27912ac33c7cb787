"""The only door: what happens to a request, what it does to its row, and what is written down and told of it."""

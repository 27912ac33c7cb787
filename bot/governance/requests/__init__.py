"""The use cases of a request's life, by name: one a file."""

"""The use cases of a request's life."""

"""Registry access management."""

"""Repositories, their tags, and what teams may do on them."""

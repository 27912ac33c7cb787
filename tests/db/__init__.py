"""Tests of the tables and queries, on both databases."""

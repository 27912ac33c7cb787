"""Tests of who may, and of what a request lives through."""

"""Breaks the code in one place after another, to see whether a test notices."""

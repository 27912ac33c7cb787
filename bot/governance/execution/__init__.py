"""Doing what was approved, once: claim, check the preview, write, read back where the answer was lost, finish."""

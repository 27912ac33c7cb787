"""Hubwarden: run a Docker Hub organization from Slack."""

__version__ = "0.1.0"

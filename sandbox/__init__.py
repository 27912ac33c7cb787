"""A Docker Hub and a Slack workspace on this machine, for trying Hubwarden and for testing it."""

"""Tests of what Slack sends and is shown."""

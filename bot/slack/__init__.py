"""Slack as a surface: what people type, press and fill in there, and what they are shown."""

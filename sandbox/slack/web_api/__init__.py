"""Slack's Web API: the dispatcher, and one file a method family."""

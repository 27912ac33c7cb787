"""The only part that knows that Slack exists."""

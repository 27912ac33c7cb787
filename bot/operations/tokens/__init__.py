"""Access tokens: the organization's, and those of the bot's own account."""

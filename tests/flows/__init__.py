"""Whole stories over real sockets: the bot, the sandbox's Slack and the sandbox's Docker Hub."""

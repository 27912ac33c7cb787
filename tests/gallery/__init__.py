"""Every message that the bot can produce, from real runs, on one page: `make gallery`."""

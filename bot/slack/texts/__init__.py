"""What Slack's rooms say: a module a room, so that all of it can be read aloud in one go."""

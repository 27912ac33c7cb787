"""What the workspace holds and shows: people, channels, messages, views, and the app's manifest."""

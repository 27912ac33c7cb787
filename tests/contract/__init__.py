"""The project's own statement of Docker Hub's and Slack's contracts, and what holds it against the recorded ones."""

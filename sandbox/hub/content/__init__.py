"""What the sandbox's Docker Hub holds: its state, the organization it begins with, and what changes it from outside."""

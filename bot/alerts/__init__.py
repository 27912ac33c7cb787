"""Docker Hub's audit log and rate limits, and what of them is worth telling people."""

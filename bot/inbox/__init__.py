"""What was delivered to us: stored before it is acknowledged, worked on, and marked done. Knows no surface."""

"""What operations are made of: their shape, their fields, and what several nouns share."""

"""Teams: who is in them, what they may do on repositories, and one after another's likeness."""

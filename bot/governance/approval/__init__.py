"""What a rule asks for, who gave it, and whether that is enough: pure, but for the directory that knows who is who."""

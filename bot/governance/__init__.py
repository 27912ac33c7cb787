"""Who may, who agreed, and what happened."""

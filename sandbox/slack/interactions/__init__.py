"""What people do that reaches the app: commands, presses, forms, events; and what the app answers."""

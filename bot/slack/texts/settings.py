"""What the form says in which people settle what they want to be told."""

TITLE = "What I want to be told"
BUTTON = "Settings"
LEAD = "Hubwarden tells you these things directly. What happens in channels stays as it is."
WANTS = "Tell me directly"
CHOICES = {
    "ask": ("That a request waits for me", "At once, with the buttons to approve or deny it"),
    "reminders": ("That it still waits for me", "Once at half of its time, and once before its end"),
    "results": ("What became of my requests", "When one is done, denied, refused, failed or expired"),
}
QUIET_FROM = "Quiet from"
QUIET_UNTIL = "Quiet until"
QUIET_HINT = (
    "By your own clock. Nothing that waits for you is sent in between. Reminders come from Monday to Friday at all "
    "other hours; leave both empty, and they come from 9 to 18."
)
BOTH = "Quiet hours need a beginning and an end: fill in both, or neither."
DIFFERENT = "Quiet hours cannot end when they begin: choose another time, or leave both empty."
KEPT = "This is kept. It goes for everything from now on."
SAVE = "Keep"

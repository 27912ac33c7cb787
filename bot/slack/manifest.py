"""The names that `manifest.yml` declares, and listeners listen for."""

COMMAND = "/hub"
SHORTCUT = "ask_hubwarden"
ABOUT_THIS = "ask_about_this"

"""How the app is reached: Socket Mode's connections and envelopes."""

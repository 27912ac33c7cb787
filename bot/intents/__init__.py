"""What somebody wants, on whatever surface they say it: words or a form, to a validated wish. Pure."""

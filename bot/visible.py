"""Text from elsewhere, made fit to be shown to people: all of it can be seen, and it starts no lines of its own."""

import re

UNSEEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u202a-\u202e\u2066-\u2069]")
LINE_BREAK = re.compile("[\r\n\v\f\x1c-\x1e\x85\u2028\u2029]")


def visible(text: str) -> str:
    """The text with a mark where a character cannot be seen: some turn the reading order, and so the meaning."""
    return UNSEEN.sub("\ufffd", text)


def flat(text: str) -> str:
    """The same on one line: a sign stands where it would begin another."""
    parts = (part.strip() for part in LINE_BREAK.split(text))
    return visible(" ⏎ ".join(part for part in parts if part))

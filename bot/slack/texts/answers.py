"""What is said around the answer to a question."""

NOTHING_FOUND = "Nothing found."
COUNTED = "{total:,} in all"
ALL = "{counted}."
SHOWN = "{counted}, {first:,} to {last:,} shown."
EARLIER, LATER, AS_A_FILE = "Show earlier", "Show more", "As a file"
CELL = "{column}: {value}"
EMPTY = "–"

"""Text as it comes out of a clipboard, a secret's form or a file: what hangs on to it by accident is taken off."""

import re
import unicodedata

# Zero-width and direction marks, soft hyphens, byte-order marks, NUL: nobody types them, and nobody sees them.
UNSEEN = "\x00\u00ad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff"
EDGES = re.compile(rf"^(?:[\s{UNSEEN}]|\\[nrt])+|(?:[\s{UNSEEN}]|\\[nrt])+$")
WITHIN = re.compile(rf"[\x01-\x1f\x7f-\x9f\u2028\u2029{UNSEEN}]")
# As Unicode calls whatever keyboards, editors and chat programs make of a quotation mark.
QUOTE = re.compile("QUOTATION MARK|APOSTROPHE|PRIME|GRAVE ACCENT|ACUTE ACCENT|CORNER BRACKET")


def unwrap(text: str) -> str:
    """The text without blanks, line breaks, unseen characters and matching quotation marks around it."""
    while True:
        bare = EDGES.sub("", text)
        # A value that went through JSON or YAML twice keeps a backslash before each mark.
        if len(bare) > 3 and bare[:2] == '\\"' and bare[-2:] == '\\"':
            bare = bare[2:-2]
        elif len(bare) > 1 and are_quotes(bare[0], bare[-1]):
            bare = bare[1:-1]
        if bare == text:
            return bare
        text = bare


def are_quotes(opening: str, closing: str) -> bool:
    """Whether two characters can enclose a quotation; of ASCII's own, only the same on both sides."""
    if opening.isascii() and closing.isascii() and opening != closing:
        return False
    return all(QUOTE.search(unicodedata.name(mark, "")) for mark in (opening, closing))


def flaw(text: str) -> str | None:
    """What is inside an unwrapped text that no setting holds, as a clause; None where nothing is."""
    found = WITHIN.search(text)
    if found is None:
        return None
    kind = (
        "a line break"
        if found[0] in "\n\r\v\f\x85\u2028\u2029"
        else f"a character that cannot be seen (U+{ord(found[0]):04X})"
    )
    return f"it holds {kind} in the middle: copy it again, in one piece and on one line"


def decoded(content: bytes) -> str:
    """A file's text, from UTF-8, or from UTF-16 as Windows writes it; raises ValueError with the cause."""
    encoding = "utf-16" if content[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError:
        raise ValueError("it is no UTF-8 text") from None
    if "\x00" in text:
        raise ValueError("it is no UTF-8 text, but UTF-16 or no text at all")
    return text

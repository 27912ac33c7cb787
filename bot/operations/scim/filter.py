"""SCIM's filter expressions, checked before Docker Hub sees them."""

import re

OPERATORS = ("eq", "ne", "co", "sw")
LONGEST = 1000
QUOTES = str.maketrans({"“": '"', "”": '"', "„": '"'})
TOKEN = re.compile(r'\s*([()]|"(?:[^"\\]|\\.)*"|[^\s()"]+)')
ATTRIBUTE = re.compile(r"[A-Za-z][\w.:-]*", re.ASCII)
WHOLE = (("(c)", "c"), ("nc", "c"), ("cjc", "c"))
EXAMPLE = 'userName eq "jon.snow@docker.com"'


def checked(text: str) -> str:
    """The filter with straight quotes. Raises ValueError with a sentence, without its full stop, where it is none.

    The operators are Docker's: https://docs.docker.com/reference/api/hub/latest/
    """
    text = text.translate(QUOTES).strip()
    if len(text) > LONGEST:
        raise ValueError(f"The filter has {len(text):,} characters, more than {LONGEST:,}")
    outline = _outline(_tokens(text))
    while (shorter := _reduced(outline)) != outline:
        outline = shorter
    if outline != "c":
        raise ValueError(f"“{text}” is no filter: and, or, not and parentheses join comparisons such as {EXAMPLE}")
    return text


def _tokens(text: str) -> list[str]:
    tokens, at = [], 0
    while at < len(text):
        found = TOKEN.match(text, at)
        if found is None:
            raise ValueError(f"“{text}” has a quotation mark that is not closed")
        tokens.append(found[1])
        at = found.end()
    return tokens


def _outline(tokens: list[str]) -> str:
    """One letter each: `c` for a comparison, `j` for and/or, `n` for not, and the parentheses."""
    outline, at = "", 0
    while at < len(tokens):
        word = tokens[at].lower()
        if word in {"(", ")"}:
            outline += word
        elif word in {"and", "or", "not"} and tokens[at + 1 : at + 2] != ["eq"]:
            outline += "n" if word == "not" else "j"
        else:
            _check_comparison(tokens[at : at + 3])
            outline, at = outline + "c", at + 2
        at += 1
    return outline


def _check_comparison(tokens: list[str]) -> None:
    said = " ".join(tokens)
    if len(tokens) < 3 or not ATTRIBUTE.fullmatch(tokens[0]) or tokens[2] in {"(", ")"}:
        raise ValueError(f"“{said}” is no comparison such as {EXAMPLE}")
    if tokens[1].lower() not in OPERATORS:
        raise ValueError(f"“{tokens[1]}” in “{said}” is none of Docker's operators: {', '.join(OPERATORS)}")


def _reduced(outline: str) -> str:
    for longer, shorter in WHOLE:
        outline = outline.replace(longer, shorter)
    return outline

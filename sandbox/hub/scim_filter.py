"""SCIM's filter expressions: `userName eq "jon@example.com" and not (active eq false)`."""

import re
from collections.abc import Callable, Mapping
from typing import Any

Test = Callable[[Mapping[str, Any]], bool]

TOKEN = re.compile(r'\s*(?:(?P<paren>[()])|"(?P<text>(?:[^"\\]|\\.)*)"|(?P<word>[^\s()"]+))')
OPERATORS: Mapping[str, Callable[[str, str], bool]] = {
    "eq": lambda value, wanted: value == wanted,
    "ne": lambda value, wanted: value != wanted,
    "co": lambda value, wanted: wanted in value,
    "sw": lambda value, wanted: value.startswith(wanted),
}


def compile_filter(text: str) -> Test:
    """A test of a user's JSON. Attribute names and operators know no case. Raises ValueError for what is no filter."""
    parser = _Parser(_tokens(text))
    test = parser.either()
    if parser.left():
        raise ValueError("the filter goes on after its end")
    return test


def attribute(user: Mapping[str, Any], path: str) -> str:
    """The value of an attribute such as userName or name.givenName as text; "" where there is none."""
    value: Any = user
    for part in path.casefold().split("."):
        value = value[0] if isinstance(value, list) and value else value
        found = {key.casefold(): each for key, each in value.items()} if isinstance(value, Mapping) else {}
        value = found.get(part, "")
    return str(value).lower() if isinstance(value, bool) else str(value)


def _tokens(text: str) -> list[tuple[str, str]]:
    tokens, at = [], 0
    text = text.rstrip()
    while at < len(text):
        match = TOKEN.match(text, at)
        if match is None or match.lastgroup is None:
            raise ValueError("the filter has a quotation mark that does not close")
        tokens.append((match.lastgroup, match[match.lastgroup]))
        at = match.end()
    return tokens


class _Parser:
    """Recursive descent: `or` binds least, then `and`, then `not`."""

    def __init__(self, tokens: list[tuple[str, str]]) -> None:
        self._tokens = tokens[::-1]

    def left(self) -> bool:
        return bool(self._tokens)

    def either(self) -> Test:
        test = self._both()
        while self._word("or"):
            test = _or(test, self._both())
        return test

    def _both(self) -> Test:
        test = self._one()
        while self._word("and"):
            test = _and(test, self._one())
        return test

    def _one(self) -> Test:
        if self._word("not"):
            inner = self._one()
            return lambda user: not inner(user)
        if self._tokens and self._tokens[-1] == ("paren", "("):
            self._tokens.pop()
            test = self.either()
            if self._take()[1] != ")":
                raise ValueError("a parenthesis does not close")
            return test
        return self._comparison()

    def _comparison(self) -> Test:
        (kind, name), (_, word), (_, value) = self._take(), self._take(), self._take()
        compare = OPERATORS.get(word.casefold())
        if kind != "word" or compare is None:
            raise ValueError(f"'{word}' is not one of {', '.join(OPERATORS)}")
        wanted = value.casefold()
        return lambda user: compare(attribute(user, name).casefold(), wanted)

    def _word(self, word: str) -> bool:
        if self._tokens and self._tokens[-1][0] == "word" and self._tokens[-1][1].casefold() == word:
            self._tokens.pop()
            return True
        return False

    def _take(self) -> tuple[str, str]:
        if not self._tokens:
            raise ValueError("the filter ends too early")
        return self._tokens.pop()


def _or(left: Test, right: Test) -> Test:
    return lambda user: left(user) or right(user)


def _and(left: Test, right: Test) -> Test:
    return lambda user: left(user) and right(user)

"""Annotations of parameters whose values are known beforehand: what a form offers for them as a menu."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Menu:
    """Annotates a list whose items are all known: each with what it means."""

    options: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Endings:
    """Annotates a list of lines that can end in some of these `options`, each with what it means.

    `end(text, chosen)` gives each line of the text that has no ending the chosen ones; `title` is the menu's label.
    """

    title: str
    options: Mapping[str, str]
    end: Callable[[str, Sequence[str]], str]


@dataclass(frozen=True, slots=True)
class Periods:
    """Annotates a day that can be told as a time from now: each option with what it means, and the one by default.

    `endless` is the option for no day at all.
    """

    options: Mapping[str, str]
    default: str
    endless: str


@dataclass(frozen=True, slots=True)
class Explained:
    """Annotates a value of few: what each means, of which a menu shows 75 characters."""

    meanings: Mapping[str, str]

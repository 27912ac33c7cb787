"""Text for Slack: harmless, as long as Slack takes, and never cut in silence."""

import importlib
import pkgutil
import re
import time
from collections.abc import Callable, Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

import bot.intents
import bot.slack
from bot.slack.markup import undone, without_markup
from bot.slack.text import code, escape, fit, fit_lines, fit_plain, moment, one_line, quote
from bot.visible import flat
from tests.slack.samples import NOW


@pytest.mark.parametrize(
    ("text", "escaped"),
    [
        ("<!channel>", "&lt;!channel&gt;"),
        ("&lt;", "&amp;lt;"),
        ("a\u202eb\u2066c\u200bd\x00", "a\ufffdb\ufffdc\ufffdd\ufffd"),
        ("👩\u200d🚀 line\nbreak\ttab", "👩\u200d🚀 line\nbreak\ttab"),
    ],
)
def test_slacks_three_characters_and_what_cannot_be_seen_are_made_harmless(text: str, escaped: str) -> None:
    assert escape(text) == escaped


@given(st.text())
def test_escaped_text_holds_no_markup_and_means_what_it_meant(text: str) -> None:
    escaped = escape(text)
    assert "<" not in escaped
    assert ">" not in escaped
    undone = escaped.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
    assert len(undone) == len(text)


@pytest.mark.parametrize(
    ("text", "said"),
    [("v1.*", "`v1.*`"), ("a`b", "`aˋb`"), ("a\nb", "`a b`"), ("", "` `"), ("<@U1>", "`&lt;@U1&gt;`")],
)
def test_a_value_in_fixed_width_cannot_end_its_own_span(text: str, said: str) -> None:
    assert code(text) == said


@given(st.text())
def test_fixed_width_has_two_backticks_and_one_line(text: str) -> None:
    assert code(text).count("`") == 2
    assert len(code(text).splitlines()) == 1


@given(st.text())
def test_one_line_is_one_line(text: str) -> None:
    assert len(one_line(text).splitlines()) <= 1


@pytest.mark.parametrize(
    ("text", "said"),
    [("a \r\n\n \u2028b", "a ⏎ b"), (" \n a  b \n", "a  b"), ("\x85\x9b", "\ufffd"), ("\n", "")],
)
def test_a_line_break_with_the_space_around_it_becomes_one_mark(text: str, said: str) -> None:
    assert one_line(text) == said


# Fifty thousand characters take a linear function some milliseconds, and a quadratic one minutes.
LONG = 50_000
SECONDS = 1.0
SEEDS = (
    " ",
    "\n ",
    "a",
    "|",
    "@",
    "&",
    "&lt;",
    "&lt;@U",
    "<",
    "<a",
    "<a|",
    "<@U0",
    "<@U0|",
    "<#C0|a",
    "<mailto:",
    "<http://",
)
TEXTS: tuple[Callable[[str], str], ...] = (
    *(code, escape, flat, one_line, quote, without_markup),
    lambda text: str(undone(text)),
    lambda text: fit(text, 3000),
    lambda text: fit_plain(text, LONG),
)


def hostile() -> Iterator[str]:
    """Long texts that begin well and never end as a pattern wants it."""
    for seed in SEEDS:
        yield (seed * LONG)[:LONG]
        yield f"{seed}{' ' * LONG}x"
        yield f"{seed}{'A' * LONG}"


OTHERS = ("bot.visible", "bot.keystrokes")


def patterns() -> Iterator[re.Pattern[str]]:
    """Every regular expression that meets what people type."""
    packages = (bot.slack, bot.intents)
    modules = [
        each.name for package in packages for each in pkgutil.iter_modules(package.__path__, f"{package.__name__}.")
    ]
    for name in (*modules, *(f"bot.operations.kit.{each}" for each in ("people", "pages", "headings")), *OTHERS):
        yield from (each for each in vars(importlib.import_module(name)).values() if isinstance(each, re.Pattern))


def test_no_text_is_long_enough_to_hold_us_up() -> None:
    for function in TEXTS:
        for text in hostile():
            begun = time.perf_counter()
            function(text)
            assert time.perf_counter() - begun < SECONDS, (function, text[:20])


def test_no_regular_expression_of_the_package_is_held_up_by_a_long_text() -> None:
    found = {pattern.pattern: pattern for pattern in patterns()}
    assert len(found) > 5
    for pattern in found.values():
        for text in hostile():
            begun = time.perf_counter()
            pattern.sub("", text)
            pattern.fullmatch(text)
            assert time.perf_counter() - begun < SECONDS, (pattern, text[:20])


@given(st.text())
def test_a_quotation_is_quoted_on_every_line(text: str) -> None:
    assert all(line.startswith("> ") for line in quote(text).splitlines())


@given(st.text(alphabet="ab&<>"), st.integers(5, 40))
def test_what_is_cut_fits_says_so_and_ends_in_no_half_entity(text: str, limit: int) -> None:
    cut = fit(escape(text), limit)
    assert len(cut) <= limit
    if cut != escape(text):
        assert cut.endswith("…")
        assert escape(text).startswith(cut[:-1])
        rest = cut.replace("&lt;", "").replace("&gt;", "").replace("&amp;", "")
        assert "&" not in rest


@given(st.lists(st.text(alphabet="ab", max_size=700), max_size=60), st.integers(700, 3000))
def test_lines_fit_and_those_that_do_not_are_counted(lines: list[str], limit: int) -> None:
    shown = fit_lines(lines, limit, ": see Details")
    assert len(shown) <= limit
    if not shown.endswith(": see Details"):
        assert shown == "\n".join(fit(line, 600) for line in lines)
    else:
        hidden = int(shown.rsplit("…and ", 1)[1].split()[0].replace(",", ""))
        assert shown.count("\n") + hidden == len(lines)


def test_a_time_is_each_readers_own_with_utc_where_there_is_no_slack() -> None:
    assert moment(NOW) == "<!date^1795435200^{date_short_pretty} {time}|2026-11-23 12:00 UTC>"

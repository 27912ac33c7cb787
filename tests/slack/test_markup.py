"""Slack's markup in typed text, undone: what was typed, and who was mentioned."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.phrases import Mention, Phrase
from bot.slack.markup import undone, without_markup
from bot.slack.text import escape
from tests.operations.samples import HOSTILE

BOB = Mention("U0BOB", name="bob")


@pytest.mark.parametrize(
    ("text", "phrase"),
    [
        ("", ()),
        ("team list", ("team list",)),
        ("add <@U0BOB|bob> x", ("add ", BOB, " x")),
        ("<@U0BOB>,<@W0ANN|ann>", (BOB, ",", Mention("W0ANN"))),
        ("--who=<@U0BOB|bob>", ("--who=", BOB)),
        ("<@U0BOB|>", (BOB,)),
        ("“<@U0BOB|bob>”", ("“", BOB, "”")),
    ],
)
def test_people_are_mentions_and_the_rest_is_text(text: str, phrase: Phrase) -> None:
    assert undone(text) == phrase


def test_a_mention_has_the_name_that_slack_wrote() -> None:
    named, unnamed, odd = (undone(text)[0] for text in ("<@U0BOB|bob>", "<@U0BOB>", "<@U0BOB|b&amp;o\u200bb>"))
    assert [part.name for part in (named, unnamed, odd) if isinstance(part, Mention)] == ["bob", "", "b&ob"]


@pytest.mark.parametrize(
    "typed", ["<@U0BOB>", "<@U0BOB|bob>", "@bob", "&lt;@U0BOB&gt;", "<!channel>", "<!subteam^S0LEADS>", *HOSTILE]
)
def test_what_somebody_types_letter_by_letter_mentions_nobody(typed: str) -> None:
    assert all(isinstance(part, str) for part in undone(escape(typed)))


@given(st.text())
def test_no_escaped_text_mentions_anybody(text: str) -> None:
    assert all(isinstance(part, str) for part in undone(escape(text)))


@pytest.mark.parametrize("text", ["<@bob>", "<@U0BOB", "<@>", "<@u0bob>", "<@U0 BOB>", "<@B0BOT>"])
def test_what_is_no_persons_id_is_text(text: str) -> None:
    assert undone(text) == (text,)


@pytest.mark.parametrize(
    ("text", "typed"),
    [
        ("<https://a.example|a.example>", "a.example"),
        ("<https://a.example/x>", "https://a.example/x"),
        ("<mailto:j@a.example|j@a.example>", "j@a.example"),
        ("<tel:+41440000000|+41 44 000 00 00>", "+41 44 000 00 00"),
        ("<#C0GENERAL|general> <#C0SECRET|> <#C0SECRET>", "#general #C0SECRET #C0SECRET"),
        ("“both” ‘quotes’ „low“ — dash", "“both” ‘quotes’ „low“ — dash"),
        ("<mailto:kim@a.example|Kim Lee>", "Kim Lee <kim@a.example>"),
        ("Kim &lt;<mailto:kim@a.example|kim@a.example>&gt;", "Kim <kim@a.example>"),
        ("&lt;b&gt; &amp;amp;", "<b> &amp;"),
        ("a\u00a0b\u2003c", "a b c"),
        ("a\u200bb\u202ec\x00d", "abcd"),
        ("two\nlines", "two\nlines"),
        ("<!here> <!date^1^x|y>", "<!here> <!date^1^x|y>"),
    ],
)
def test_links_channels_quotes_and_entities_are_undone(text: str, typed: str) -> None:
    assert without_markup(text) == typed


@given(st.text(st.characters(exclude_categories=("C", "Z"), exclude_characters="“”„‘’—"), max_size=40))
def test_what_was_typed_and_escaped_is_what_was_typed(text: str) -> None:
    assert without_markup(escape(text)) == text


def test_a_private_use_character_does_not_come_through() -> None:
    assert undone("a\U000f0000b\ue000c") == ("abc",)

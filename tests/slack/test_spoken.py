"""The text beside a message's blocks: all that they say, for who hears it or reads it on a lock screen."""

from typing import Any

import pytest

from bot.slack.blocks import Block, actions, alert, button, content, context, header, paragraph, section
from bot.slack.spoken import missing_from, spoken


def plain(text: str) -> dict[str, Any]:
    """A text object without markup."""
    return {"type": "plain_text", "text": text}


TABLE: Block = {
    "type": "table",
    "rows": [
        [{"type": "raw_text", "text": "Member"}, {"type": "raw_text", "text": "Role"}],
        [
            {
                "type": "rich_text",
                "elements": [{"type": "rich_text_section", "elements": [{"type": "user", "user_id": "U0ANN"}]}],
            },
            {"type": "raw_text", "text": "a & b"},
        ],
    ],
}


@pytest.mark.parametrize(
    ("block", "said"),
    [
        (header("Invite <b>"), "Invite &lt;b&gt;"),
        (section("*Done* <@U0ANN>"), "*Done* <@U0ANN>"),
        (paragraph("a < b"), "a &lt; b"),
        ({"type": "section", "fields": [plain("one"), {"type": "mrkdwn", "text": "*two*"}]}, "one\n*two*"),
        (context("small"), "small"),
        (
            {"type": "context", "elements": [{"type": "image", "alt_text": "a whale", "image_url": "x"}, plain("y")]},
            "a whale y",
        ),
        ({"type": "image", "title": plain("Docker"), "alt_text": "a whale", "image_url": "x"}, "Docker a whale"),
        ({"type": "input", "label": plain("Team"), "hint": plain("Its name"), "element": {}}, "Team\nIts name"),
        (TABLE, "Member · Role\n<@U0ANN> · a &amp; b"),
        ({"type": "alert", "level": "warning", "text": plain("Mind")}, "Mind"),
        ({"type": "card", "title": plain("Card"), "body": {"type": "mrkdwn", "text": "*all*"}}, "Card\n*all*"),
        ({"type": "markdown", "text": "# one"}, "# one"),
        (
            {
                "type": "rich_text",
                "elements": [
                    {
                        "type": "rich_text_list",
                        "elements": [
                            {"type": "rich_text_section", "elements": [{"type": "text", "text": "a"}]},
                            {
                                "type": "rich_text_section",
                                "elements": [
                                    {"type": "link", "url": "https://a.example"},
                                    {"type": "emoji", "name": "x"},
                                ],
                            },
                        ],
                    }
                ],
            },
            "• a\n• https://a.example:x:",
        ),
        ({"type": "divider"}, ""),
        (actions("b", button("Approve", "approve", "7")), ""),
    ],
)
def test_each_kind_of_block_is_read_aloud(block: Block, said: str) -> None:
    assert spoken([block]) == said
    assert missing_from(said, [block]) == []


def test_a_message_says_all_that_its_blocks_say_in_their_order() -> None:
    made = content(header("Title"), alert("warning", "Everybody sees it."), actions("b", button("Go", "go", "1")))
    assert made.text == "Title\n⚠️ *Everybody sees it.*"


@pytest.mark.parametrize("gone", ["a warning", "jane", "U0ANN"])
def test_what_is_left_out_is_found(gone: str) -> None:
    blocks = [header("Invite jane"), section("It has *a warning*."), TABLE]
    assert missing_from(spoken(blocks), blocks) == []
    assert missing_from(spoken(blocks).replace(gone, ""), blocks) != []


def test_what_does_not_fit_is_cut_within_the_limit_and_is_found_missing() -> None:
    blocks = (section("x" * 2000), section("y" * 2000))
    assert len(content(*blocks).text) == 3900
    assert missing_from(content(*blocks).text, blocks) == ["y" * 2000]

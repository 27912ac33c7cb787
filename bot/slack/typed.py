"""What Slack makes of a typed text, undone: pure."""

import re

QUOTES = str.maketrans({"“": '"', "”": '"', "„": '"', "‘": "'", "’": "'", "—": "--"})
LINK = re.compile(r"<(?:mailto:|tel:)?((?:https?://)?[^<>|@#!][^<>|]*)(?:\|([^<>]*))?>")
CHANNEL = re.compile(r"<#([CDG][A-Z0-9]+)(?:\|([^<>]*))?>")
PERSON = re.compile(r"<@([UW][A-Z0-9]+)(?:\|([^<>]*))?>")
ENTITIES = (("&lt;", "<"), ("&gt;", ">"), ("&amp;", "&"))


def plain(text: str) -> str:
    """The text as it was typed: links, channels and curly quotes undone, entities decoded; people stay mentions.

    https://docs.slack.dev/messaging/formatting-message-text
    """
    text = LINK.sub(lambda link: link[2] or link[1], text.translate(QUOTES))
    # Of a private channel, Slack leaves the name out.
    text = CHANNEL.sub(lambda channel: f"#{channel[2] or channel[1]}", text)
    for entity, character in ENTITIES:
        text = text.replace(entity, character)
    # A pasted no-break space still parts words; what has no width and no ink goes.
    return "".join(
        character if character.isprintable() or character == "\n" else " " * character.isspace() for character in text
    )


def with_names(text: str) -> str:
    """Somebody's words, of which nothing looks a person up: `@bob` for `<@U0BOB|bob>`."""
    return PERSON.sub(lambda person: f"@{person[2] or person[1]}", text)

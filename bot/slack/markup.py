"""Slack's markup in what people type, undone: pure."""

import re

from bot.phrases import Mention, Phrase

QUOTES = str.maketrans({"“": '"', "”": '"', "„": '"', "‘": "'", "’": "'", "—": "--"})
LINK = re.compile(r"<(?:mailto:|tel:)?((?:https?://)?[^<>|@#!][^<>|]*)(?:\|([^<>]*))?>")
CHANNEL = re.compile(r"<#([CDG][A-Z0-9]+)(?:\|([^<>]*))?>")
PERSON = re.compile(r"<@([UW][A-Z0-9]+)(?:\|([^<>]*))?>")
ENTITIES = (("&lt;", "<"), ("&gt;", ">"), ("&amp;", "&"))


def undone(text: str) -> Phrase:
    """The text as it was typed, and people as mentions.

    Mentions are found before entities are decoded: who types `<@U0BOB>` letter by letter mentions nobody.
    https://docs.slack.dev/messaging/formatting-message-text
    """
    parts: list[str | Mention] = []
    end = 0
    for person in PERSON.finditer(text):
        parts += [without_markup(text[end : person.start()]), Mention(person[1], name=without_markup(person[2] or ""))]
        end = person.end()
    return tuple(part for part in (*parts, without_markup(text[end:])) if part != "")


def without_markup(text: str) -> str:
    """The same of a text in which nobody is mentioned: links, channels and curly quotes undone, entities decoded."""
    text = LINK.sub(lambda link: link[2] or link[1], text.translate(QUOTES))
    # Of a private channel, Slack leaves the name out.
    text = CHANNEL.sub(lambda channel: f"#{channel[2] or channel[1]}", text)
    for entity, character in ENTITIES:
        text = text.replace(entity, character)
    # A pasted no-break space still parts words; what has no width and no ink goes.
    return "".join(
        character if character.isprintable() or character == "\n" else " " * character.isspace() for character in text
    )

"""Slack's markup in what people type, undone: pure."""

import re

from bot.keystrokes import shown
from bot.phrases import Mention, Phrase

MAIL = re.compile(r"<mailto:([^<>|]+)\|([^<>]*)>")
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
    """The same of a text in which nobody is mentioned: links and channels undone, entities decoded.

    Quotation marks and dashes stay as they are: what they mean is for whoever parts the words.
    """
    # A label such as Kim Lee does not say the address.
    text = MAIL.sub(lambda mail: mail[2] if "@" in mail[2] else f"{mail[2]} &lt;{mail[1]}&gt;", text)
    text = LINK.sub(lambda link: link[2] or link[1], text)
    # Of a private channel, Slack leaves the name out.
    text = CHANNEL.sub(lambda channel: f"#{channel[2] or channel[1]}", text)
    for entity, character in ENTITIES:
        text = text.replace(entity, character)
    return shown(text)

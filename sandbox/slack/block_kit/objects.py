"""Block Kit's composition objects: https://docs.slack.dev/reference/block-kit/composition-objects"""

from sandbox.slack.block_kit.limits import limit
from sandbox.slack.block_kit.rules import (
    Rule,
    at_least_one,
    choice,
    exactly_one,
    flag,
    items,
    pattern,
    record,
    text,
    variant,
    whole,
)


def plain(maximum: int = limit("text.max_length"), minimum: int = limit("text.min_length")) -> Rule:
    """A plain_text object of so many characters."""
    return variant({"plain_text": record({"text": text(maximum, minimum)}, {"emoji": flag})})


def mrkdwn(maximum: int = limit("text.max_length"), minimum: int = limit("text.min_length")) -> Rule:
    """A mrkdwn object of so many characters."""
    return variant({"mrkdwn": record({"text": text(maximum, minimum, formatted=True)}, {"verbatim": flag})})


def either(maximum: int = limit("text.max_length"), minimum: int = limit("text.min_length")) -> Rule:
    """A plain_text or a mrkdwn object of so many characters."""
    return variant(
        {
            "plain_text": record({"text": text(maximum, minimum)}, {"emoji": flag}),
            "mrkdwn": record({"text": text(maximum, minimum, formatted=True)}, {"verbatim": flag}),
        }
    )


def option(words: Rule, *, with_url: bool = False) -> Rule:
    """An option whose text obeys `words`; only an overflow menu's may have an address."""
    extra = {"url": text(limit("option.url.max_length"))} if with_url else {}
    return record(
        {"text": words, "value": text(limit("option.value.max_length"))},
        {"description": either(limit("option.description.max_length")), **extra},
    )


MENU_OPTION = option(plain(limit("option.text.max_length")))
LISTED_OPTION = option(either(limit("option.text.max_length")))
OVERFLOW_OPTION = option(plain(limit("option.text.max_length")), with_url=True)
MENU_OPTIONS = items(MENU_OPTION, limit("select.options.max_items"), 1)
OPTION_GROUP = record(
    {
        "label": plain(limit("option_group.label.max_length")),
        "options": items(MENU_OPTION, limit("option_group.options.max_items"), limit("option_group.options.min_items")),
    }
)
OPTION_GROUPS = items(OPTION_GROUP, limit("select.option_groups.max_items"), 1)
CONFIRM = record(
    {
        "title": plain(limit("confirmation.title.max_length")),
        "text": either(limit("confirmation.text.max_length")),
        "confirm": plain(limit("confirmation.confirm.max_length")),
        "deny": plain(limit("confirmation.deny.max_length")),
    },
    {"style": choice("primary", "danger")},
)
CONVERSATION_FILTER = record(
    {},
    {
        "include": items(choice("im", "mpim", "private", "public"), minimum=1),
        "exclude_external_shared_channels": flag,
        "exclude_bot_users": flag,
    },
    at_least_one("include", "exclude_external_shared_channels", "exclude_bot_users"),
)
DISPATCH_CONFIG = record(
    {"trigger_actions_on": items(choice("on_enter_pressed", "on_character_entered"), 2, 1)},
)
SLACK_FILE = record({}, {"id": text(), "url": text()}, exactly_one("id", "url"))
INPUT_PARAMETER = record({"name": text(minimum=1), "value": text()})
TRIGGER = record({"url": text(minimum=1)}, {"customizable_input_parameters": items(INPUT_PARAMETER)})
WORKFLOW = record({"trigger": TRIGGER})
SLACK_ICON = variant({"icon": record({"name": text(minimum=1)})})
PLACEHOLDER = plain(limit("select.placeholder.max_length"))
ACTION_ID = text(limit("action_id.max_length"))
BLOCK_ID = text(limit("block_id.max_length"))
DATE = pattern(r"\d{4}-\d{2}-\d{2}", "a date such as 2026-01-31")
TIME = pattern(r"([01]\d|2[0-3]):[0-5]\d", "a time such as 09:30")
MOMENT = whole(0, 9_999_999_999)
IMAGE = record(
    {"alt_text": text(limit("image.alt_text.max_length"))},
    {"image_url": text(limit("image.image_url.max_length"), 1), "slack_file": SLACK_FILE},
    exactly_one("image_url", "slack_file"),
)
URL_SOURCE = record(
    {"url": text(limit("url_source.url.max_length"), limit("url_source.url.min_length")), "text": text(minimum=1)}
)

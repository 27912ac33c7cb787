"""Rich text: https://docs.slack.dev/reference/block-kit/blocks/rich-text-block"""

from collections.abc import Mapping

from sandbox.slack.block_kit.limits import LIST_INDENT
from sandbox.slack.block_kit.rules import Rule, choice, flag, items, record, text, variant, whole

STYLE = record({}, dict.fromkeys(("bold", "italic", "strike", "code", "underline"), flag))
MENTION_STYLE = record({}, dict.fromkeys(("bold", "italic", "strike", "highlight", "client_highlight", "unlink"), flag))
INLINE: Mapping[str, Rule] = {
    "text": record({"text": text(minimum=1)}, {"style": STYLE}),
    "link": record({"url": text(minimum=1)}, {"text": text(), "unsafe": flag, "style": STYLE}),
    "emoji": record({"name": text(minimum=1)}, {"unicode": text(), "skin_tone": whole(1, 6), "style": STYLE}),
    "user": record({"user_id": text(minimum=1)}, {"style": MENTION_STYLE}),
    "usergroup": record({"usergroup_id": text(minimum=1)}, {"style": MENTION_STYLE}),
    "channel": record({"channel_id": text(minimum=1)}, {"style": MENTION_STYLE}),
    "team": record({"team_id": text(minimum=1)}, {"style": MENTION_STYLE}),
    "broadcast": record({"range": choice("here", "channel", "everyone")}, {"style": MENTION_STYLE}),
    "color": record({"value": text(minimum=1)}, {"style": STYLE}),
    "date": record(
        {"timestamp": whole(0), "format": text(minimum=1)}, {"url": text(), "fallback": text(), "style": STYLE}
    ),
}
INLINES = items(variant(INLINE))
SECTION = record({"elements": INLINES})
SPANS: Mapping[str, Rule] = {
    "rich_text_section": SECTION,
    "rich_text_preformatted": record({"elements": INLINES}, {"border": whole(0, 1), "language": text()}),
    "rich_text_quote": record({"elements": INLINES}, {"border": whole(0, 1)}),
    "rich_text_list": record(
        {"elements": items(variant({"rich_text_section": SECTION})), "style": choice("bullet", "ordered")},
        {"indent": whole(0, LIST_INDENT), "offset": whole(0), "border": whole(0)},
    ),
}
RICH_TEXT = record({"elements": items(variant(SPANS))}, {"block_id": text()})
RICH_TEXT_OBJECT = variant({"rich_text": RICH_TEXT})
